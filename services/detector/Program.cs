using TraceeMesh.Detector;
using TraceeMesh.ServiceDefaults;

return await MeshHost.RunAsync("detector", args, Pipeline.RunAsync, new MeshHostSetup
{
    Flags = new Dictionary<string, string> { ["--signatures"] = Pipeline.SignaturesKey },
});
