using System.Buffers.Binary;
using System.Security.Cryptography;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Enricher.Lookups;

/// <summary>
/// Tells the caches of detectors which answers changed: after each raw frame, one notice per source, numbered without a gap. A
/// notice that is lost breaks the chain, and costs questions, nothing else.
/// </summary>
/// <param name="bus">The bus.</param>
/// <param name="subjects">The subjects in force.</param>
/// <param name="node">Name of the node.</param>
/// <param name="stores">The stores of the node.</param>
/// <param name="sources">The sources.</param>
public sealed class ChangePublisher(BusConnection bus, Subjects subjects, string node, NodeStores stores, IReadOnlyList<INodeSource> sources)
{
    private readonly ulong _incarnation = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong)));
    private readonly List<(INodeSource Source, string Subject)> _told =
        [.. sources.Where(static s => s.Changes is not null).Select(s => (s, subjects.Changed(SourceDescription.Namespace, s.Description.Id, node)))];

    private StorePosition _to = StorePosition.Beginning;
    private long _number;

    /// <summary>Tells what changed since the last call, up to what is applied now.</summary>
    public void Publish()
    {
        _number++;
        foreach (var (source, subject) in _told)
        {
            using var writer = new MessagePackWriter();
            lock (stores.Gate)
            {
                var changes = source.Changes!;
                var applied = stores.Applied;
                ChangeCodec.Write(writer, new ChangeNotice
                {
                    Incarnation = _incarnation,
                    Number = _number,
                    LoadId = stores.LoadAt(applied.Load),
                    From = applied.Load == _to.Load ? _to.Offset : 0,
                    To = applied.Offset,
                    Keys = changes.Keys,
                    All = changes.All,
                });
                changes.Clear();
            }

            // Core, unacknowledged: whoever misses it sees the gap in the numbers.
            _ = bus.TryPublish(subject, writer.WrittenSpan, BusHeaders.MessagePack);
        }

        _to = stores.Applied;
    }
}
