using TraceeMesh.Enricher;
using TraceeMesh.Enricher.Containers.Kubernetes;
using TraceeMesh.Enricher.Containers.Runtimes;
using TraceeMesh.ServiceDefaults;

return await MeshHost.RunAsync(Pipeline.ServiceName, args, async (host, cancellation) =>
{
    await using var runtimes = new RuntimeSockets(RuntimeSockets.From(host.Options.Configuration), host.Time, new RuntimeCounters(host.Counters));
    var captured = host.Options.Configuration[CapturedRuntime.CaptureKey] is { Length: > 0 } capture ? new CapturedRuntime(capture) : null;
    using var pods = KubernetesConfiguration.Watch(host.Options.Configuration, host.Options.Node, host.Time, host.Log);
    await new Pipeline(host, captured is null ? runtimes.For : captured.For, pods).RunAsync(cancellation);
});
