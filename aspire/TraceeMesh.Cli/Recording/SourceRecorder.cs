using TraceeMesh.Bus;
using TraceeMesh.Capture;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Detector.Lookups;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Cli.Recording;

/// <summary>
/// Records what the data sources of the mesh hold: all of it at first, then what is other than before. They are small and written by
/// people and controllers; what is written and taken back within a second is not seen.
/// </summary>
/// <param name="bus">The connection.</param>
/// <param name="write">Takes the entries.</param>
internal sealed class SourceRecorder(BusConnection bus, Action<CaptureEntry> write)
{
    /// <summary>Entries of one source that are recorded; of those behind them none is.</summary>
    public const int MaxEntries = 10_000;

    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Dictionary<(string Namespace, string Id), Dictionary<DataValue, DataValue>> _known = [];

    /// <summary>Records what there is now.</summary>
    public async Task RecordAsync(CancellationToken cancellation)
    {
        foreach (var source in await Find(cancellation))
        {
            if (!_known.TryGetValue((source.Namespace, source.Id), out var known))
            {
                _known[(source.Namespace, source.Id)] = known = [];
                write(new CapturedSource(source.Namespace, source.Id, source.Version, source.Schema, source.Keys));
            }

            if (await List(source, cancellation) is { } entries)
            {
                Compare(source, known, entries);
            }
        }
    }

    /// <summary>Records what changes until cancelled.</summary>
    public async Task FollowAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Interval, bus.Time);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            await RecordAsync(cancellation);
        }
    }

    private async Task<IReadOnlyList<DataSourceInfo>> Find(CancellationToken cancellation)
    {
        var inbox = bus.NewInbox();
        using var answers = bus.Subscribe(inbox, new BusSubscriptionOptions { Capacity = 1024 });
        var found = new Dictionary<(string, string), DataSourceInfo>();
        if (bus.TryPublish($"$SRV.INFO.{DataSourceInfo.ServiceName}", [], BusHeaders.None, inbox) != PublishStatus.Ok)
        {
            return [];
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using var timer = bus.Time.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), end, Gathering, System.Threading.Timeout.InfiniteTimeSpan);
        try
        {
            while (await answers.ReadAsync(end.Token) is { } answer)
            {
                using (answer)
                {
                    if (!answer.Payload.IsEmpty && DataSourceInfo.TryParse(answer.PayloadMemory) is { OfNode: false } info)
                    {
                        found[(info.Namespace, info.Id)] = info;
                    }
                }
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The time for answers is over.
        }

        return [.. found.OrderBy(f => f.Key).Select(f => f.Value)];
    }

    // Null where it does not answer: then nothing is known to have changed.
    private async Task<Dictionary<DataValue, DataValue>?> List(DataSourceInfo source, CancellationToken cancellation)
    {
        var entries = new Dictionary<DataValue, DataValue>();
        var after = "";
        using var writer = new MessagePackWriter();
        do
        {
            writer.Reset();
            ListCodec.WriteRequest(writer, new ListRequest { After = after, Limit = ListRequest.MaxLimit });
            using var reply = await bus.RequestAsync(MeshSubjects.InForce.List(source.Namespace, source.Id), writer.WrittenSpan, Timeout, BusHeaders.MessagePack, cancellation);
            if (reply.Status != ReplyStatus.Ok || ListCodec.TryReadReply(reply.Payload, out var page) != FrameStatus.Ok)
            {
                return null;
            }

            foreach (var entry in page.Entries)
            {
                entries[entry.Key] = entry.Values;
            }

            after = page.Next;
        }
        while (after.Length > 0 && entries.Count < MaxEntries);

        return entries;
    }

    private void Compare(DataSourceInfo source, Dictionary<DataValue, DataValue> known, Dictionary<DataValue, DataValue> entries)
    {
        var now = (bus.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
        foreach (var (key, values) in entries)
        {
            if (!known.TryGetValue(key, out var before) || !before.Equals(values))
            {
                known[key] = values;
                write(new CapturedValue(now, source.Namespace, source.Id, key, values));
            }
        }

        foreach (var key in known.Keys.Where(k => !entries.ContainsKey(k)).ToList())
        {
            known.Remove(key);
            write(new CapturedValue(now, source.Namespace, source.Id, key, DataValue.Nil));
        }
    }
}
