using System.Text;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Enricher.Containers;
using TraceeMesh.Enricher.Enrichment;

namespace TraceeMesh.Enricher.Lookups;

/// <summary>
/// The data source <c>tracee/containers</c>: a container by its full id, as of a position or a time (protocol.md, section 4).
/// </summary>
/// <param name="node">Name of the node.</param>
/// <param name="stores">The stores of the node.</param>
public sealed class ContainersSource(string node, NodeStores stores)
{
    /// <summary>Namespace of the source.</summary>
    public const string Namespace = "tracee";

    /// <summary>Its id.</summary>
    public const string Id = "containers";

    /// <summary>Its version.</summary>
    public const int Version = 1;

    /// <summary>What its answers look like.</summary>
    public const string Schema =
        """{"container_id":"string","container_ctime":"int","container_name":"string","container_image":"string","k8s_pod_id":"string","k8s_pod_name":"string","k8s_pod_namespace":"string","k8s_pod_sandbox":"bool"}""";

    /// <summary>How long after its end a container is still found by who asks as of now.</summary>
    public static readonly TimeSpan Afterlife = TimeSpan.FromSeconds(30);

    // What goes on the wire of a bound that lies in a later load: behind everything of the one asked for.
    private const long NoEnd = long.MaxValue;

    /// <summary>Answers if the stores know enough by now.</summary>
    /// <param name="request">The question.</param>
    /// <param name="reply">The answer; where false, the one to give if nobody can wait: what is not known is unavailable.</param>
    /// <returns>False where waiting for <see cref="NodeStores.Advanced"/> may give a better answer.</returns>
    /// <remarks>The caller holds <see cref="NodeStores.Gate"/>.</remarks>
    public bool TryAnswer(LookupRequest request, out LookupReply reply)
    {
        var load = request.Position >= 0 ? stores.LoadIndex(request.LoadId) : -1;
        var at = new StorePosition(load, request.Position);
        var applied = request.Position < 0 || (load >= 0 && at < stores.Applied);
        var ours = request.Node.Length == 0 || request.Node == node;
        var complete = true;
        var results = new LookupResult[request.Keys.Count];
        for (var i = 0; i < results.Length; i++)
        {
            var key = request.Keys[i];
            results[i] = key.Kind != DataKind.Text ? LookupResult.Failed(LookupStatus.KeyNotSupported)
                : !ours || !applied ? LookupResult.Failed(LookupStatus.Unavailable)
                : request.Position >= 0 ? AsOfPosition(key.Text, at)
                : AsOfTime(key.Text, request.Time);
            complete &= results[i].Status != LookupStatus.Unavailable;
        }

        var history = stores.Containers.HistoryFrom;
        reply = new LookupReply(results, load < 0 ? -1 : OffsetIn(load, history));
        return complete || !ours;
    }

    private LookupResult AsOfPosition(string id, StorePosition at)
    {
        var lives = Lives(id);
        for (var i = lives.Length - 1; i >= 0; i--)
        {
            if (lives[i].ExistsAt(at))
            {
                return Found(lives[i], at.Load);
            }
        }

        return Missing(at < stores.Containers.HistoryFrom);
    }

    private LookupResult AsOfTime(string id, long time)
    {
        var lives = Lives(id);
        for (var i = lives.Length - 1; i >= 0; i--)
        {
            if (time == 0 ? !lives[i].Ended || stores.Containers.Now - lives[i].ToTime < (long)Afterlife.TotalNanoseconds : lives[i].ExistsAtTime(time))
            {
                return Found(lives[i], stores.Applied.Load);
            }
        }

        return Missing(time != 0 && time < stores.Containers.HistoryFromTime);
    }

    // Without a whole snapshot the container may be one that was there before: nobody can say that it is not.
    private LookupResult Missing(bool isBeforeHistory) => LookupResult.Failed(
        isBeforeHistory ? LookupStatus.Expired
        : stores.Containers.Complete ? LookupStatus.NotFound
        : LookupStatus.Unavailable);

    private ReadOnlySpan<Container> Lives(string id) => stores.Containers.FindAll(Encoding.UTF8.GetBytes(id));

    private LookupResult Found(Container container, int load)
    {
        var facts = container.Facts;
        var values = DataValue.MapOf(
            ("container_id", DataValue.Of(container.Id.ToString())),
            ("container_ctime", DataValue.Of(container.Ctime)),
            ("container_name", DataValue.Of(facts.Name.ToString())),
            ("container_image", DataValue.Of(facts.Image.ToString())),
            ("k8s_pod_id", DataValue.Of(facts.PodUid.ToString())),
            ("k8s_pod_name", DataValue.Of(facts.PodName.ToString())),
            ("k8s_pod_namespace", DataValue.Of(facts.PodNamespace.ToString())),
            ("k8s_pod_sandbox", DataValue.Of(facts.PodSandbox)));

        // Still there: true as of the last position applied, and nothing is said of what follows.
        var open = container.To == StorePosition.Open && stores.Applied.Load == load;
        var to = open ? stores.Applied.Offset - 1 : OffsetIn(load, container.To);
        return new LookupResult(LookupStatus.Found, values, OffsetIn(load, container.From), to, open, container.State.Name());
    }

    private static long OffsetIn(int load, StorePosition position) =>
        position.Load < load ? 0 : position.Load > load ? NoEnd : position.Offset;
}
