namespace TraceeMesh.Contracts;

/// <summary>
/// The mechanisms that keep events and findings from being lost or repeated, each of which the chaos test switches off to show that
/// it then fails. <see cref="Variable"/> names those that are off; a process that has it set and not <see cref="Permission"/>
/// too refuses to start (<see cref="Refusal"/>). Read once, when the process starts.
/// </summary>
public static class Mechanisms
{
    /// <summary>The environment variable that names what is off, separated by commas.</summary>
    public const string Variable = "TRACEEMESH_SWITCHED_OFF";

    /// <summary>The environment variable that must be <c>yes</c> beside it.</summary>
    public const string Permission = "TRACEEMESH_THIS_IS_A_TEST";

    private static readonly string[] Off = (Environment.GetEnvironmentVariable(Variable) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["message-ids", "lease-fencing", "findings-before-position", "go-back-n", "resume-from-stored-frames", "pins", "state-before-position", "position-ranges"];

    /// <summary>Frames and findings carry ids, by which a stream stores a repetition once.</summary>
    public static bool MessageIds { get; } = IsOn("message-ids");

    /// <summary>A lease and what lies beside it change by compare-and-set, and an owner whose write was refused stops judging.</summary>
    public static bool LeaseFencing { get; } = IsOn("lease-fencing");

    /// <summary>A position is entered once every finding below it is acknowledged.</summary>
    public static bool FindingsBeforePosition { get; } = IsOn("findings-before-position");

    /// <summary>A frame whose acknowledgement fails is sent again, and all behind it.</summary>
    public static bool GoBackN { get; } = IsOn("go-back-n");

    /// <summary>An enricher that starts goes on behind the event frames that are stored, not behind what was read.</summary>
    public static bool ResumeFromStoredFrames { get; } = IsOn("resume-from-stored-frames");

    /// <summary>What a collector loaded outlives it.</summary>
    public static bool Pins { get; } = IsOn("pins");

    /// <summary>What signatures keep is stored before the position that includes it.</summary>
    public static bool StateBeforePosition { get; } = IsOn("state-before-position");

    /// <summary>What was judged is a union of ranges, not a counter.</summary>
    public static bool PositionRanges { get; } = IsOn("position-ranges");

    /// <summary>Why this process must not run; null when it may.</summary>
    public static string? Refusal { get; } = Refuse(Off, Environment.GetEnvironmentVariable(Permission));

    /// <summary>Why a process must not run.</summary>
    /// <param name="off">What is switched off.</param>
    /// <param name="permission">Value of <see cref="Permission"/>.</param>
    public static string? Refuse(IReadOnlyCollection<string> off, string? permission) =>
        off.Count == 0 ? null
        : permission != "yes" ? $"{Variable} is set: it switches off what keeps events from being lost, for tests of the mesh only; unset it"
        : off.FirstOrDefault(name => !Names.Contains(name)) is { } unknown ? $"{Variable}: there is no {unknown}; there are {string.Join(", ", Names)}"
        : null;

    private static bool IsOn(string name) => Array.IndexOf(Off, name) < 0;
}
