using System.Buffers.Binary;
using System.Security.Cryptography;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.DataSourceApi.Log;
using TraceeMesh.MessagePack;

namespace TraceeMesh.DataSourceApi.Replicas;

/// <summary>
/// Tells caches which answers changed: one notice for each record applied, and one now and then that says that nothing did, numbered
/// without a gap; positions are revisions.
/// </summary>
/// <param name="bus">The bus.</param>
/// <param name="subject">Where notices go.</param>
public sealed class ChangeNotifier(BusConnection bus, string subject)
{
    /// <summary>How long silence lasts at most: half of the second behind which a cache takes it for a break.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private const long Nothing = -1;

    private readonly ulong _incarnation = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong)));
    private readonly Lock _gate = new();
    private long _number;
    private long _next = Nothing; // the revision that the next notice begins with

    /// <summary>From now on the replica is in step with its log.</summary>
    /// <param name="applied">The last record that it has applied.</param>
    public void Begin(long applied)
    {
        lock (_gate)
        {
            _next = applied + 1;
        }
    }

    /// <summary>The replica begins anew: what it applies meanwhile is told by nobody, and the next notice does not follow the last.</summary>
    public void End()
    {
        lock (_gate)
        {
            _next = Nothing;
        }
    }

    /// <summary>Tells what a record changed.</summary>
    public void Notify(IReadOnlyList<AppliedChange> changes, long sequence)
    {
        lock (_gate)
        {
            if (_next == Nothing)
            {
                return;
            }

            var keys = new List<LookupKey>(Math.Min(changes.Count, ChangeCodec.MaxKeys));
            var all = changes.Count > ChangeCodec.MaxKeys;
            for (var i = 0; i < changes.Count && !all; i++)
            {
                var reader = new MessagePackReader(changes[i].Key);
                all = !DataValueCodec.TryRead(ref reader, out var key) || changes[i].Operation == WriteOperation.Clear;
                keys.Add(LookupKey.Of(key).Subject);
            }

            _next = sequence + 1;
            Publish_NeedsLock(sequence, all, all ? [] : keys);
        }
    }

    /// <summary>Says until cancelled that nothing else changed.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Interval, bus.Time);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            lock (_gate)
            {
                if (_next != Nothing)
                {
                    Publish_NeedsLock(_next, all: false, []);
                }
            }
        }
    }

    private void Publish_NeedsLock(long from, bool all, IReadOnlyList<LookupKey> keys)
    {
        var notice = new ChangeNotice { Incarnation = _incarnation, Number = ++_number, LoadId = 0, From = from, To = _next, All = all, Keys = keys };
        using var writer = new MessagePackWriter();
        ChangeCodec.Write(writer, notice);
        if (writer.Length > Limits.ReplyBytes)
        {
            // Long keys, more than a message holds.
            writer.Reset();
            ChangeCodec.Write(writer, notice with { All = true, Keys = [] });
        }

        // Core, unacknowledged: whoever misses it sees the gap in the numbers.
        _ = bus.TryPublish(subject, writer.WrittenSpan, BusHeaders.MessagePack);
    }
}
