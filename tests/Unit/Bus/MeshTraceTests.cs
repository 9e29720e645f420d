using System.Diagnostics;
using TraceeMesh.Bus;
using Xunit;

namespace TraceeMesh.Tests.Unit.Bus;

/// <summary>Alone: whoever listens, listens for the whole process, and other tests count allocations.</summary>
[CollectionDefinition(nameof(MeshTraceTests), DisableParallelization = true)]
public sealed class MeshTraceCollection;

[Collection(nameof(MeshTraceTests))]
public sealed class MeshTraceTests
{
    private const string Parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private static readonly BusHeaders Traced = BusHeaders.MessagePack.With(MeshTrace.Header, Parent);

    [Fact]
    public void Frame_SentAgain_IsOfTheSameTrace()
    {
        using var listener = Listen();

        using var first = MeshTrace.Begin(7, 4096, DateTimeOffset.UnixEpoch);
        using var again = MeshTrace.Begin(7, 4096, DateTimeOffset.UnixEpoch);
        using var next = MeshTrace.Begin(7, 4097, DateTimeOffset.UnixEpoch);
        using var otherLoad = MeshTrace.Begin(8, 4096, DateTimeOffset.UnixEpoch);

        Assert.Equal(MeshTrace.TraceId(7, 4096), first!.TraceId);
        Assert.Equal(first.TraceId, again!.TraceId);
        Assert.Distinct([first.TraceId, next!.TraceId, otherLoad!.TraceId]);
        Assert.Equal(default, first.ParentSpanId);
        Assert.Null(Activity.Current);
    }

    [Fact]
    public void Message_OfASampledFrame_IsFollowed_AndTellsTheNext()
    {
        using var listener = Listen();

        using var span = MeshTrace.Follow(SpanNames.Judge, ActivityKind.Consumer, Traced);
        using var lookup = MeshTrace.Within(SpanNames.Lookup, ActivityKind.Client);

        Assert.Equal(("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"), (span!.TraceId.ToHexString(), span.ParentSpanId.ToHexString()));
        Assert.Equal(span.SpanId, lookup!.ParentSpanId);
        Assert.True(MeshTrace.Inject(BusHeaders.Json).TryGet(MeshTrace.Header, out var header));
        Assert.Equal(lookup.Id, header);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c")]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01")]
    [InlineData("zz")]
    public void Message_OfNonsense_BeginsNothing(string header)
    {
        using var listener = Listen();

        Assert.Null(MeshTrace.Follow(SpanNames.Judge, ActivityKind.Consumer, BusHeaders.MessagePack.With(MeshTrace.Header, header)));
        Assert.Null(MeshTrace.Follow(SpanNames.Judge, ActivityKind.Consumer, BusHeaders.MessagePack));
        Assert.Null(MeshTrace.Within(SpanNames.Lookup, ActivityKind.Client));
    }

    [Fact]
    public void Nobody_Listening_CostsNothing()
    {
        Work();
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 1000; i++)
        {
            Work();
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        static void Work()
        {
            using var begun = MeshTrace.Begin(7, 4096, DateTimeOffset.UnixEpoch);
            using var followed = MeshTrace.Follow(SpanNames.Judge, ActivityKind.Consumer, Traced);
            using var within = MeshTrace.Within(SpanNames.Lookup, ActivityKind.Client);
            if (begun is not null || followed is not null || within is not null || MeshTrace.HeaderOf(begun) is not null || MeshTrace.Inject(Traced).Count != 2)
            {
                throw new InvalidOperationException("somebody listens");
            }
        }
    }

    private static ActivityListener Listen()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = static s => s.Name == MeshTrace.SourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
