using TraceeMesh.Contracts.Mesh;

namespace TraceeMesh.ServiceDefaults;

/// <summary>What a service says of itself in its heartbeat, on <c>/healthz</c> and <c>/readyz</c>.</summary>
public sealed class ServiceHealth
{
    private volatile Condition _condition = new(Heartbeat.Starting, "starting");
    private volatile IReadOnlyList<string> _unavailableEvents = [];

    /// <summary>One of the states of <see cref="Heartbeat"/>.</summary>
    public string State => _condition.State;

    /// <summary>Why it is in that state; empty when ready.</summary>
    public string Reason => _condition.Reason;

    /// <summary>Names of events that this kernel cannot give.</summary>
    public IReadOnlyList<string> UnavailableEvents
    {
        get => _unavailableEvents;
        set => _unavailableEvents = value;
    }

    /// <summary>The service does its work.</summary>
    public void Ready() => _condition = new(Heartbeat.Ready, "");

    /// <summary>The service cannot do its work now.</summary>
    public void Degraded(string reason) => _condition = new(Heartbeat.Degraded, reason);

    /// <summary>The service ends.</summary>
    public void Stopping() => _condition = new(Heartbeat.Stopping, "stopping");

    private sealed record Condition(string State, string Reason);
}
