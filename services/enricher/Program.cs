using TraceeMesh.Enricher;
using TraceeMesh.Enricher.Containers.Runtimes;
using TraceeMesh.ServiceDefaults;

return await MeshHost.RunAsync(Pipeline.ServiceName, args, async (host, cancellation) =>
{
    await using var runtimes = new RuntimeSockets(RuntimeSockets.From(host.Options.Configuration), host.Time, new RuntimeCounters(host.Counters));
    await new Pipeline(host, runtimes).RunAsync(cancellation);
});
