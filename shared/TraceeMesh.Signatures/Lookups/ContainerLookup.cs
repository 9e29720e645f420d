using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Signatures;

/// <summary>An answer of the data source <c>tracee/containers</c>, with its values by name.</summary>
/// <param name="lookup">The answer.</param>
public readonly struct ContainerLookup(Lookup lookup)
{
    /// <summary>The answer itself: its status, its values.</summary>
    public Lookup Lookup => lookup;

    /// <summary>Whether there is an answer.</summary>
    public bool Found => lookup.Found;

    /// <summary>Full id.</summary>
    public string Id => lookup.GetString("container_id");

    /// <summary>When its directory was made, ns since the epoch.</summary>
    public long Ctime => lookup.GetInteger("container_ctime");

    /// <summary>Its name; empty where <see cref="Enrichment"/> says why.</summary>
    public string Name => lookup.GetString("container_name");

    /// <summary>Its image; empty where <see cref="Enrichment"/> says why.</summary>
    public string Image => lookup.GetString("container_image");

    /// <summary>Uid of its pod; empty outside Kubernetes.</summary>
    public string PodUid => lookup.GetString("k8s_pod_id");

    /// <summary>Name of its pod.</summary>
    public string PodName => lookup.GetString("k8s_pod_name");

    /// <summary>Namespace of its pod.</summary>
    public string PodNamespace => lookup.GetString("k8s_pod_namespace");

    /// <summary>Whether it is the sandbox of its pod.</summary>
    public bool PodSandbox => lookup.GetBool("k8s_pod_sandbox");

    /// <summary>Why the values are incomplete: pending, timeout, unsupported_runtime, gone, error; empty when complete.</summary>
    public string Enrichment => lookup.Enrichment;
}

/// <summary>Asks the data source <c>tracee/containers</c>.</summary>
public static class ContainerSource
{
    extension(IDataSource source)
    {
        /// <summary>The container an event happened in, as of the event.</summary>
        /// <param name="e">The event being judged.</param>
        /// <param name="cancellation">Ends the wait.</param>
        /// <example><code>var image = (await containers.GetContainer(e, cancellation)).Image;</code></example>
        public async ValueTask<ContainerLookup> GetContainer(Event e, CancellationToken cancellation = default) =>
            new(await source.Get(e, e.Context.ContainerId, cancellation));

        /// <summary>A container by its full id, as of an event.</summary>
        /// <param name="e">The event being judged.</param>
        /// <param name="id">Full id, as in the event.</param>
        /// <param name="cancellation">Ends the wait.</param>
        public async ValueTask<ContainerLookup> GetContainer(Event e, string id, CancellationToken cancellation = default) =>
            new(await source.Get(e, id, cancellation));
    }
}
