using TraceeMesh.Collector;
using TraceeMesh.ServiceDefaults;

return await MeshHost.RunAsync("collector", args, Pipeline.RunAsync, new MeshHostSetup
{
    Flags = new Dictionary<string, string> { ["--ring-bytes"] = "RING_BYTES", ["--shed-above"] = "SHED_ABOVE", ["--spread"] = "SPREAD", ["--on-stop"] = "ON_STOP" },
});
