using Microsoft.Extensions.Logging.Abstractions;
using TraceeMesh.Enricher;
using TraceeMesh.Enricher.Containers;
using TraceeMesh.Enricher.Containers.Runtimes;
using TraceeMesh.Enricher.Enrichment;
using TraceeMesh.ServiceDefaults;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Unit.Enricher.Enrichment;

public sealed class ContainerEnrichmentTests : IAsyncDisposable
{
    private readonly ManualTime _time = new();
    private readonly ScriptedRuntime _runtime = new();
    private readonly ServiceCounters _counters = new();
    private readonly List<IContainerRuntime> _runtimes;
    private readonly ContainerEnrichment _enrichment;

    public ContainerEnrichmentTests()
    {
        _runtimes = [_runtime];
        _enrichment = new ContainerEnrichment(_ => _runtimes, TimeSpan.FromSeconds(10), _time, NullLogger.Instance, _counters);
    }

    public async ValueTask DisposeAsync()
    {
        await _enrichment.DisposeAsync();
        _counters.Dispose();
    }

    [Theory]
    [InlineData(RuntimeStatus.NotFound, EnrichmentState.Gone)]
    [InlineData(RuntimeStatus.Unreachable, EnrichmentState.Error)]
    [InlineData(RuntimeStatus.Malformed, EnrichmentState.Error)]
    [InlineData(RuntimeStatus.TooLarge, EnrichmentState.Error)]
    [InlineData(RuntimeStatus.Refused, EnrichmentState.Error)]
    [InlineData(RuntimeStatus.Timeout, EnrichmentState.Timeout)]
    [InlineData(RuntimeStatus.Found, EnrichmentState.Complete)]
    public async Task Ask_EachOutcome_IsNamed(RuntimeStatus status, EnrichmentState expected)
    {
        var container = Container('a');
        _runtime.Answer(container.Id.ToString(), status, "image");

        _enrichment.Ask(container);

        Assert.Equal(expected, (await NextAsync()).State);
    }

    [Fact]
    public async Task Ask_NoRuntimeOfThatKind_IsUnsupported()
    {
        _runtimes.Clear();

        _enrichment.Ask(Container('a'));

        Assert.Equal(EnrichmentState.UnsupportedRuntime, (await NextAsync()).State);
    }

    [Fact]
    public async Task Ask_RuntimeHangs_IsTimeoutAfterItsTimeAndHoldsUpNobody()
    {
        _enrichment.Ask(Container('a'));
        await TestWait.Until(() => _runtime.AskedAbout(new string('a', 64)) == 1, "the hanging question is asked");
        var other = Container('b');
        _runtime.Answer(other.Id.ToString(), RuntimeStatus.Found, "b");
        _enrichment.Ask(other);

        Assert.Same(other, (await NextAsync()).Container);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(EnrichmentState.Timeout, (await NextAsync()).State);
    }

    [Fact]
    public async Task Ask_ContainerLives_IsAskedAgainAfterAPauseAndNotOnceKnown()
    {
        var container = Container('a');
        var id = container.Id.ToString();
        _runtime.Answer(id, RuntimeStatus.NotFound);
        _enrichment.Ask(container);
        Assert.Equal(EnrichmentState.Gone, (await NextAsync()).State);

        await _time.TimersArmed(1);
        _runtime.Answer(id, RuntimeStatus.Found, "image");
        _time.Advance(ContainerEnrichment.FirstPause);
        var answer = await NextAsync();

        Assert.Equal((EnrichmentState.Complete, "image"), (answer.State, answer.Facts!.Image.ToString()));
        await TestWait.Until(() => _counters.Read()["enrichment_open"] == 0, "nothing is asked any more");
        Assert.Equal(2, _runtime.AskedAbout(id));
    }

    private static Container Container(char digit) =>
        new(System.Text.Encoding.UTF8.GetBytes(new string(digit, 64)), ContainerRuntime.Docker, StorePosition.Beginning, 0);

    private async Task<ContainerAnswer> NextAsync()
    {
        ContainerAnswer answer = default;
        await TestWait.Until(() => _enrichment.TryTake(out answer), "an answer is there");
        return answer;
    }
}
