using System.Globalization;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Enricher.Containers;
using TraceeMesh.Enricher.Enrichment;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Enricher.Lookups;

/// <summary>The data source <c>tracee/containers</c>: a container by its full id.</summary>
/// <param name="stores">The stores of the node.</param>
public sealed class ContainersSource(NodeStores stores) : INodeSource
{
    /// <summary>How long after its end a container is still found by who asks as of now.</summary>
    public static readonly TimeSpan Afterlife = TimeSpan.FromSeconds(30);

    private static readonly RowNames Names = new(
        "container_id",
        "container_ctime",
        "container_name",
        "container_image",
        "k8s_pod_id",
        "k8s_pod_name",
        "k8s_pod_namespace",
        "k8s_pod_sandbox");

    /// <inheritdoc/>
    public SourceDescription Description { get; } = new(
        "containers",
        "Containers of one node, as of a position or a time",
        "string",
        """{"container_id":"string","container_ctime":"int","container_name":"string","container_image":"string","k8s_pod_id":"string","k8s_pod_name":"string","k8s_pod_namespace":"string","k8s_pod_sandbox":"bool"}""");

    /// <inheritdoc/>
    public StorePosition HistoryFrom => stores.Containers.HistoryFrom;

    /// <inheritdoc/>
    public long Evicted => stores.Containers.Evicted;

    /// <inheritdoc/>
    public ChangeLog Changes => stores.Containers.Changes;

    /// <inheritdoc/>
    public LookupResult Answer(in LookupKey key, in AsOf at)
    {
        if (!key.IsText)
        {
            return LookupResult.Failed(LookupStatus.KeyNotSupported);
        }

        var lives = stores.Containers.FindAll(key.Text.Bytes);
        for (var i = lives.Length - 1; i >= 0; i--)
        {
            if (Exists(lives[i], at))
            {
                return Found(lives[i], at);
            }
        }

        // Without a whole snapshot the container may be one that was there before: nobody can say that it is not.
        var forgotten = at.HasPosition ? at.Position < stores.Containers.HistoryFrom
            : !at.IsNow && at.Epoch(at.Time) < stores.Containers.HistoryFromTime;
        return LookupResult.Failed(
            forgotten ? LookupStatus.Expired
            : stores.Containers.Complete ? LookupStatus.NotFound
            : LookupStatus.Unavailable);
    }

    /// <inheritdoc/>
    public string List(in AsOf at, string after, int limit, ICollection<SourceEntry> entries)
    {
        // In the order in which they were found; the number of each stays.
        var number = long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? last : 0;
        foreach (var container in stores.Containers.After(number))
        {
            if (!Exists(container, at))
            {
                continue;
            }

            if (limit-- == 0)
            {
                return number.ToString(CultureInfo.InvariantCulture);
            }

            entries.Add(new SourceEntry(DataValue.Of(container.Id.ToString()), Values(container)));
            number = container.Number;
        }

        return "";
    }

    private bool Exists(Container container, in AsOf at) =>
        at.HasPosition ? container.ExistsAt(at.Position)
        : at.IsNow ? !container.Ended || stores.Containers.Now - container.ToTime < (long)Afterlife.TotalNanoseconds
        : container.ExistsAtTime(at.Epoch(at.Time));

    private LookupResult Found(Container container, in AsOf at)
    {
        // Still there: true as of the last position applied, and nothing is said of what follows.
        var load = at.HasPosition ? at.Position.Load : stores.Applied.Load;
        var open = container.To == StorePosition.Open && stores.Applied.Load == load;
        var to = open ? stores.Applied.Offset - 1 : NodeLookups.OffsetIn(load, container.To);
        return new LookupResult(LookupStatus.Found, Values(container), NodeLookups.OffsetIn(load, container.From), to, open, container.State.Name());
    }

    private static DataValue Values(Container container) => container.Answer ??= Describe(container);

    private static DataValue Describe(Container container)
    {
        var facts = container.Facts;
        return Row.Of(
            Names,
            container.Id,
            container.Ctime,
            facts.Name,
            facts.Image,
            facts.PodUid,
            facts.PodName,
            facts.PodNamespace,
            facts.PodSandbox);
    }
}
