using TraceeMesh.Collector;
using TraceeMesh.ServiceDefaults;

return await MeshHost.RunAsync("collector", args, Pipeline.RunAsync);
