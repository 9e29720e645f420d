using System.Globalization;
using Xunit;
using Xunit.Abstractions;

namespace TraceeMesh.Tests.Chaos;

/// <summary>
/// The storm over the whole mesh. <c>TRACEEMESH_STORM_SECONDS</c> says for how long, <c>TRACEEMESH_STORM_SEED</c> repeats one.
/// </summary>
[Collection(WholeMeshCollection.Name)]
public sealed class StormTests(ITestOutputHelper output)
{
    private const int DefaultSeconds = 12;

    private static readonly Blow[] Everything = [new("detector"), new("enricher"), new("datasource-api"), new("collector"), new("nats-server")];

    /// <summary>For how long it was asked to blow; null where nobody asked.</summary>
    internal static int? Asked { get; } = Setting("TRACEEMESH_STORM_SECONDS");

    /// <summary>What its instants are drawn with.</summary>
    internal static int Seed { get; } = Setting("TRACEEMESH_STORM_SEED") ?? Random.Shared.Next();

    [Fact]
    public async Task Triggers_WhileEveryPartIsKilled_AreFoundOnce_OrLostByName()
    {
        var seconds = Asked ?? DefaultSeconds;

        // Each part once, however short it is; one blow every 4 to 8 s when there is time.
        var most = Math.Min(8.0, 1.6 * seconds / (Everything.Length + 1));
        Assert.Empty(await new Storm(new StormPlan(seconds, Everything) { Pause = (TimeSpan.FromSeconds(most / 4), TimeSpan.FromSeconds(most)) }, Seed, output).RunAsync());
    }

    [Fact]
    public async Task Triggers_WhileAllButTheBusIsKilled_AreFoundOnce()
    {
        var seconds = Asked is { } asked ? asked / 4 : DefaultSeconds;
        Assert.Empty(await new Storm(new StormPlan(seconds, [.. Everything.Where(b => b.Part != "nats-server"), new("enricher", BlowKind.Cut), new("enricher", BlowKind.Refuse)]), Seed, output).RunAsync());
    }

    private static int? Setting(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
