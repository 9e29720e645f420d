using System.Buffers.Binary;
using System.Security.Cryptography;
using TraceeMesh.Bus;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.DataSourceApi.Log;
using TraceeMesh.MessagePack;

namespace TraceeMesh.DataSourceApi.Replicas;

/// <summary>Tells caches which answers changed: one notice per record applied, numbered without a gap; positions are revisions.</summary>
/// <param name="bus">The bus.</param>
/// <param name="subject">Where notices go.</param>
internal sealed class ChangeNotifier(BusConnection bus, string subject)
{
    private readonly ulong _incarnation = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong)));
    private long _number;

    public void Notify(SourceReplica replica, long sequence)
    {
        if (!replica.IsReady)
        {
            return;
        }

        var changes = replica.ChangesAfter(sequence - 1, 1);
        var all = changes is null || changes.Count > ChangeCodec.MaxKeys || changes.Exists(c => c.Operation == WriteOperation.Clear);
        var keys = new List<LookupKey>();
        for (var i = 0; !all && i < changes!.Count; i++)
        {
            var reader = new MessagePackReader(changes[i].Key);
            all = !DataValueCodec.TryRead(ref reader, out var key);
            keys.Add(LookupKey.Of(key).Subject);
        }

        using var writer = new MessagePackWriter();
        ChangeCodec.Write(writer, new ChangeNotice { Incarnation = _incarnation, Number = ++_number, LoadId = 0, From = sequence, To = sequence + 1, All = all, Keys = all ? [] : keys });

        // Core, unacknowledged: whoever misses it sees the gap in the numbers.
        _ = bus.TryPublish(subject, writer.WrittenSpan, BusHeaders.MessagePack);
    }
}
