using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.DataSourceApi.Log;
using TraceeMesh.DataSourceApi.Protos.Mesh;
using TraceeMesh.DataSourceApi.Replicas;
using TraceeMesh.DataSourceApi.Sources;
using TraceeMesh.MessagePack;
using TraceeMesh.TestKit;

namespace TraceeMesh.Benchmarks.Rows;

/// <summary>
/// How soon a write is seen while others stream 100 000 pairs at a time: by both replicas and by whoever follows their changes, as the
/// caches of detectors do; what lookups of another source and the judging of a detector notice of it; and how long a reader waits while that much is applied, beside
/// the same with nothing to apply.
/// </summary>
internal sealed class SourceVisibility : IBenchmark
{
    private const int StreamPairs = 100_000;
    private const double SeenTarget = 100;
    private const double PauseTarget = 10;

    public string Name => "source-visibility";

    public string? Obstacle => SourceService.Obstacle;

    public async IAsyncEnumerable<Row> Run(bool quick, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var seconds = quick ? 2 : 10;
        await using (var server = await NatsServer.StartAsync())
        {
            using var sources = new TemporaryDirectory();
            await File.WriteAllTextAsync(sources["big.yaml"], SourceService.Declaration(1_000_000), cancellation);
            await using var bus = await BusConnection.ConnectAsync(new BusOptions { Urls = [server.Url] }, cancellation);
            using var a = new SourceService(server, "bench-a", sources.Path);
            using var b = new SourceService(server, "bench-b", sources.Path);
            await a.ReadyAsync();
            await b.ReadyAsync();
            for (var i = 0; i < (quick ? 1 : 16); i++)
            {
                // Until the compilers have done their work, in both.
                await a.StreamAsync(i % 4 * StreamPairs, StreamPairs);
            }

            var alone = await LookUpAsync(bus, TimeSpan.FromSeconds(seconds));
            await using var detector = new JudgingDetector();
            var calm = await detector.JudgeAsync(Task.Delay(TimeSpan.FromSeconds(seconds), TimeProvider.System, cancellation), cancellation);
            using var told = new Told(bus);
            using var stop = new CancellationTokenSource();
            var streaming = StreamAsync(a, stop.Token);
            var probing = ProbeAsync(a, told, TimeSpan.FromSeconds(seconds));
            var judging = detector.JudgeAsync(probing, cancellation);
            var meanwhile = await LookUpAsync(bus, TimeSpan.FromSeconds(seconds));
            var seen = await probing;
            await stop.CancelAsync();
            var streams = await streaming;
            var judged = await judging;

            yield return Row.AtLeast($"{Name} streams of {StreamPairs} pairs meanwhile", streams / (double)seconds, "/s", null);
            yield return Row.AtMost($"{Name} written to seen in both replicas and a cache, p50", Percentile.Of(seen, 0.5), "ms", null);
            yield return Row.AtMost($"{Name} written to seen in both replicas and a cache, p99", Percentile.Of(seen, 0.99), "ms", SeenTarget);
            yield return Row.AtMost($"{Name} lookup of another source meanwhile, p99", Percentile.Of(meanwhile, 0.99), "ms", PauseTarget, Percentile.Of(alone, 0.99));
            yield return Row.AtMost($"{Name} a detector's frame due to judged meanwhile, p99", Percentile.Of(judged, 0.99), "ms", PauseTarget, Percentile.Of(calm, 0.99));
            yield return Row.AtMost($"{Name} a detector's frame due to judged meanwhile, longest", judged.Max(), "ms", PauseTarget, calm.Max());
        }

        var (idle, busy) = (double.MaxValue, double.MaxValue);
        for (var round = 0; round < (quick ? 2 : 10); round++)
        {
            // The machine interrupts readers, too: the best of the longest waits is what applying costs.
            idle = Math.Min(idle, LongestRead(apply: false));
            busy = Math.Min(busy, LongestRead(apply: true));
        }

        yield return Row.AtMost($"{Name} longest read while {StreamPairs} pairs are applied", busy, "ms", PauseTarget, idle);
    }

    private static async Task<int> StreamAsync(SourceService service, CancellationToken stop)
    {
        var streams = 0;
        for (; !stop.IsCancellationRequested; streams++)
        {
            await service.StreamAsync(streams % 4 * StreamPairs, StreamPairs);
        }

        return streams;
    }

    // From before each write is sent until everybody has told of it, ms.
    private static async Task<List<double>> ProbeAsync(SourceService service, Told told, TimeSpan time)
    {
        var started = TimeProvider.System.GetTimestamp();
        var probes = new List<(long Revision, long SentAt)>();
        using var channel = service.OpenChannel();
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (TimeProvider.System.GetElapsedTime(started) < time)
        {
            await pace.WaitForNextTickAsync();
            var sent = TimeProvider.System.GetTimestamp();
            var request = new WriteRequest
            {
                Source = new SourceName { Namespace = SourceService.Namespace, Id = SourceService.Id },
                Items = { new WriteItem { Put = new Put { Key = new Datum { StringValue = "probe" }, Value = new Datum { StringValue = $"{sent}" } } } },
            };
            var reply = await channel.CallAsync("/traceemesh.v1.DataSources/Write", request, WriteResponse.Parser, [], CancellationToken.None);
            probes.Add(((long)reply.Message!.Revision, sent));
        }

        await TestWait.Until(() => told.By(probes[^1].Revision) is not null, "the last write is told");
        return probes.ConvertAll(p => TimeProvider.System.GetElapsedTime(p.SentAt, told.By(p.Revision)!.Value).TotalMilliseconds);
    }

    private static async Task<List<double>> LookUpAsync(BusConnection bus, TimeSpan time)
    {
        using var question = new MessagePackWriter();
        LookupCodec.WriteRequest(question, new LookupRequest { Keys = [DataValue.Of("threshold")] });
        var request = question.WrittenMemory.ToArray();
        var subject = new Subjects().Lookup("my_namespace", "threshold_datasource");
        var started = TimeProvider.System.GetTimestamp();
        var times = new List<double>();
        while (TimeProvider.System.GetElapsedTime(started) < time)
        {
            var sent = TimeProvider.System.GetTimestamp();
            using var reply = await bus.RequestAsync(subject, request, TimeSpan.FromSeconds(5), BusHeaders.MessagePack);
            times.Add(TimeProvider.System.GetElapsedTime(sent).TotalMilliseconds);
        }

        return times;
    }

    private static double LongestRead(bool apply)
    {
        var definition = new SourceDefinition { Namespace = "bench", Id = "big", Fields = [new SourceField("value", FieldType.Text)] };
        var state = new SourceState(definition);
        using var key = new MessagePackWriter();
        DataValueCodec.Write(key, DataValue.Of("key-7"));
        var wanted = key.WrittenSpan.ToArray();
        var records = Enumerable.Range(0, 3).Select(i => Record(definition, i)).ToList();
        var (longest, done) = (0L, 0);
        var reading = new Thread(() =>
        {
            while (Volatile.Read(ref done) == 0)
            {
                var began = TimeProvider.System.GetTimestamp();
                _ = state.Read(0, view => view.TryGet(wanted, out _));
                longest = Math.Max(longest, TimeProvider.System.GetTimestamp() - began);
            }
        });
        reading.Start();
        for (var i = 0; i < records.Count; i++)
        {
            if (apply)
            {
                state.Apply(records[i], i + 1, 0);
                state.Follow();
            }
            else
            {
                // As much work for the other core, on nothing that is read.
                new SourceState(definition).Apply(records[i], 1, 0);
            }
        }

        Volatile.Write(ref done, 1);
        reading.Join();
        return TimeProvider.System.GetElapsedTime(0, longest).TotalMilliseconds;
    }

    private static byte[] Record(SourceDefinition definition, int round)
    {
        using var builder = new WriteBuilder(new TypedPair(definition));
        for (var i = 0; i < StreamPairs; i++)
        {
            builder.Put($"key-{i}", $"{round}");
        }

        var write = builder.Build(atomic: true);
        using var writer = new MessagePackWriter();
        LogFormat.WriteHead(writer, LogRecordKind.Writes, 1);
        writer.WriteArrayHeader(1);
        writer.WriteArrayHeader(3);
        LogFormat.WriteId(writer, write.Id);
        writer.WriteBool(true);
        writer.WriteArrayHeader(StreamPairs);
        foreach (var segment in write.Segments)
        {
            writer.WriteRaw(segment.Bytes.Span);
        }

        return writer.WrittenSpan.ToArray();
    }

    /// <summary>When each of two replicas told of each revision.</summary>
    private sealed class Told : IDisposable
    {
        private readonly ConcurrentQueue<(ulong Replica, long From, long At)> _notices = new();
        private readonly BusRegistration _registration;

        public Told(BusConnection bus) => _registration = bus.Subscribe(new Subjects().Changed(SourceService.Namespace, SourceService.Id), message =>
        {
            if (ChangeCodec.TryRead(message.Payload, out var notice) == FrameStatus.Ok && notice.To > notice.From)
            {
                _notices.Enqueue((notice.Incarnation, notice.From, TimeProvider.System.GetTimestamp()));
            }
        });

        /// <summary>When the second of them did; null while it has not.</summary>
        public long? By(long revision)
        {
            var at = _notices.Where(n => n.From == revision).Select(n => n.At).ToList();
            return at.Count == 2 ? at.Max() : null;
        }

        public void Dispose() => _registration.Dispose();
    }
}
