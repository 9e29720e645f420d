using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Detector.Choosing;

/// <summary>Where findings of a signature are none. All that is named must match; what is not known of an event matches nothing.</summary>
public sealed record FindingException
{
    /// <summary>Image of the container.</summary>
    public TextPattern? Image { get; init; }

    /// <summary>Namespace of the pod.</summary>
    public TextPattern? Namespace { get; init; }

    /// <summary>Path of the executable.</summary>
    public TextPattern? Executable { get; init; }

    /// <summary>Number of the user on the host.</summary>
    public int? User { get; init; }

    /// <summary>Whether the event happened there. One that names nothing matches nothing.</summary>
    public bool Matches(Event e) =>
        NamesSomething
        && Image?.Matches(e.Context.ContainerImage) is not false
        && Namespace?.Matches(e.Context.PodNamespace) is not false
        && Executable?.Matches(e.Context.Executable) is not false
        && (User is not { } user || IsOf(user, e));

    /// <summary>Whether it names anything.</summary>
    public bool NamesSomething => (Image ?? Namespace ?? Executable) is not null || User is not null;

    // Events that no process caused have no user, though the number says 0.
    private static bool IsOf(int user, Event e) => e.Context.HostProcessId > 0 && e.Context.UserId == user;
}
