using TraceeMesh.Detector;
using TraceeMesh.ServiceDefaults;

return await MeshHost.RunAsync("detector", args, Pipeline.RunAsync);
