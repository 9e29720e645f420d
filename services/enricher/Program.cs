using TraceeMesh.Enricher;
using TraceeMesh.Enricher.Containers.Kubernetes;
using TraceeMesh.Enricher.Containers.Runtimes;
using TraceeMesh.ServiceDefaults;
using TraceeMesh.ServiceDefaults.Configuration;

return await MeshHost.RunAsync(Pipeline.ServiceName, args, async (host, cancellation) =>
{
    await using var runtimes = new RuntimeSockets(RuntimeSockets.From(host.Options.Configuration), host.Time, new RuntimeCounters(host.Counters));
    var captured = host.Options.Get(MeshSettings.Capture) is { } capture ? new CapturedRuntime(capture) : null;
    using var pods = KubernetesConfiguration.Watch(host.Options.Configuration, host.Options.Node, host.Time, host.Log);
    await new Pipeline(host, captured is null ? runtimes.For : captured.For, pods).RunAsync(cancellation);
});
