namespace TraceeMesh.Tests.Chaos;

/// <summary>What a storm does.</summary>
/// <param name="Seconds">For how long there are triggers and blows.</param>
/// <param name="Blows">Each is done once, in random order, then any of them.</param>
internal sealed record StormPlan(int Seconds, params Blow[] Blows)
{
    /// <summary>The least and the most time between two blows.</summary>
    public (TimeSpan Least, TimeSpan Most) Pause { get; init; } = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));

    /// <summary>How long the books may take to balance afterwards.</summary>
    public double SettleSeconds { get; init; } = 60;

    /// <summary>The mechanism that is switched off; null: none.</summary>
    public string? SwitchedOff { get; init; }

    /// <summary>Whether the bus is killed, so that what it had acknowledged may be lost, by that name.</summary>
    public bool MayLose => Blows.Any(b => b is { Part: "nats-server", Kind: BlowKind.Kill });
}
