using TraceeMesh.Enricher;
using TraceeMesh.Enricher.Containers.Kubernetes;
using TraceeMesh.Enricher.Containers.Runtimes;
using TraceeMesh.ServiceDefaults;

return await MeshHost.RunAsync(Pipeline.ServiceName, args, async (host, cancellation) =>
{
    await using var runtimes = new RuntimeSockets(RuntimeSockets.From(host.Options.Configuration), host.Time, new RuntimeCounters(host.Counters));
    using var pods = KubernetesConfiguration.Watch(host.Options.Configuration, host.Options.Node, host.Time, host.Log);
    await new Pipeline(host, runtimes, pods).RunAsync(cancellation);
});
