using TraceeMesh.Enricher;
using TraceeMesh.Enricher.Containers.Runtimes;
using TraceeMesh.ServiceDefaults;

return await MeshHost.RunAsync(Pipeline.ServiceName, args, async (host, cancellation) =>
{
    await using var runtimes = new RuntimeSockets([]);
    await new Pipeline(host, runtimes).RunAsync(cancellation);
});
