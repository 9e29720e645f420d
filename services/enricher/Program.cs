using TraceeMesh.Enricher;
using TraceeMesh.ServiceDefaults;

return await MeshHost.RunAsync(Pipeline.ServiceName, args, (host, cancellation) => new Pipeline(host).RunAsync(cancellation));
