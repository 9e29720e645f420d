using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Enricher.Dns;

namespace TraceeMesh.Enricher.Lookups;

/// <summary>The data source <c>tracee/dns</c>: what a name resolved to, which names an address stands for.</summary>
/// <param name="stores">The stores of the node.</param>
/// <param name="time">Tells what is now, for who asks as of now.</param>
public sealed class DnsSource(NodeStores stores, TimeProvider time) : INodeSource
{
    // Nodes looked at for one page: dead ones do not hold the stores longer than this.
    private const int ScanLimit = 4096;

    private const long NanosecondsPerTick = 100;

    private static readonly DataValue NoText = DataValue.Of("");

    private readonly byte[] _key = new byte[DnsKey.MaxBytes];

    /// <inheritdoc/>
    public SourceDescription Description { get; } = new(
        "dns",
        "Names and addresses that were resolved on one node, as of a position or a time",
        "string",
        """{"ip_addresses":"[]string","dns_queries":"[]string","dns_root":"string"}""");

    /// <inheritdoc/>
    public StorePosition HistoryFrom => stores.Dns.HistoryFrom;

    /// <inheritdoc/>
    public long Evicted => stores.Dns.Evicted;

    /// <inheritdoc/>
    public LookupResult Answer(in LookupKey key, in AsOf at)
    {
        if (!key.IsText)
        {
            return LookupResult.Failed(LookupStatus.KeyNotSupported);
        }

        var length = DnsKey.OfText(key.Text.Bytes, _key);
        if (length == 0)
        {
            return LookupResult.Failed(LookupStatus.NotFound);
        }

        var status = stores.Dns.Find(_key.AsSpan(0, length), at, TimeOf(at), out var walk);
        return status == LookupStatus.Found ? Found(walk, at) : LookupResult.Failed(status);
    }

    /// <inheritdoc/>
    public string List(in AsOf at, string after, int limit, ICollection<SourceEntry> entries)
    {
        var number = long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? last : 0;
        var scanned = 0;
        for (var node = stores.Dns.After(number); node is not null; node = node.Later)
        {
            if (limit == 0 || ++scanned > ScanLimit)
            {
                return number.ToString(CultureInfo.InvariantCulture);
            }

            if (stores.Dns.Find(node, at, TimeOf(at), out var walk) == LookupStatus.Found)
            {
                entries.Add(new SourceEntry(node.Value, Values(walk)));
                limit--;
            }

            number = node.Number;
        }

        return "";
    }

    // An event asks as of its time. Who asks as of now asks by the clock: a record runs out whether or not anything happens.
    private long TimeOf(in AsOf at) => at.Time != long.MaxValue
        ? at.Time
        : ((time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * NanosecondsPerTick) - at.BootEpoch;

    private LookupResult Found(DnsWalk walk, in AsOf at)
    {
        // A record that runs out does so at a time, which no later position is known to come before.
        var asked = at.HasPosition ? at.Position : stores.Applied with { Offset = Math.Max(0, stores.Applied.Offset - 1) };
        var from = walk.From > asked ? asked : walk.From;
        return new LookupResult(
            LookupStatus.Found,
            Values(walk),
            NodeLookups.OffsetIn(asked.Load, from),
            asked.Offset + 1,
            Open: false,
            walk.Lost ? "evicted" : walk.Truncated ? "truncated" : "");
    }

    private static DataValue Values(DnsWalk walk)
    {
        var (addresses, names) = (0, 0);
        foreach (var node in walk.Up)
        {
            _ = node.IsAddress ? addresses++ : names++;
        }

        foreach (var node in walk.Down)
        {
            _ = node.IsAddress ? addresses++ : names++;
        }

        var addressValues = new DataValue[addresses];
        var nameValues = new DataValue[names];
        (addresses, names) = (0, 0);
        for (var i = walk.Up.Count - 1; i >= 0; i--)
        {
            Put(walk.Up[i]);
        }

        foreach (var node in walk.Down)
        {
            Put(node);
        }

        KeyValuePair<string, DataValue>[] values =
        [
            new("ip_addresses", DataValue.Of(ImmutableCollectionsMarshal.AsImmutableArray(addressValues))),
            new("dns_queries", DataValue.Of(ImmutableCollectionsMarshal.AsImmutableArray(nameValues))),
            new("dns_root", names > 0 ? nameValues[0] : NoText),
        ];
        return DataValue.Of(ImmutableCollectionsMarshal.AsImmutableArray(values));

        void Put(DnsNode node)
        {
            if (node.IsAddress)
            {
                addressValues[addresses++] = node.Value;
            }
            else
            {
                nameValues[names++] = node.Value;
            }
        }
    }
}
