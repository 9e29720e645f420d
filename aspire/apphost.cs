#:sdk Aspire.AppHost.Sdk@13.2.0
#:package Aspire.Hosting.Nats@13.2.0
#:property PublishAot=false

// The whole mesh as Aspire resources: `aspire run`, or `dotnet run apphost.cs`, where the Aspire packages can be had.
// What runs, how often and in which order is topology.json's to say, for this as for ./mesh up; a test holds the two together.
//   --replay FILE    a capture in the collector's place; without root always, for nobody else may load programs into the kernel

using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Aspire.Hosting;

const int Partitions = 16;
const int FirstPort = 13_366;

var here = Here();
var root = Path.GetFullPath(Path.Combine(here, ".."));
var services = JsonNode.Parse(File.ReadAllText(Path.Combine(here, "topology.json")))!["services"]!.AsArray();
var node = Environment.MachineName;
var capture = Capture();
var spread = Math.Min((int)BitOperations.RoundUpToPowerOf2((uint)Replicas("detector")), Partitions);
var expected = string.Join(',', services.Reverse().Select(s => $"{(string)s!["name"]!}={(int)s["replicas"]!}"));
var port = FirstPort;

var builder = DistributedApplication.CreateBuilder(args);
var nats = builder.AddNats("nats").WithJetStream().WithDataVolume();
foreach (var service in services)
{
    var name = (string)service!["name"]!;
    var project = name == "collector" && capture is not null ? "aspire/TraceeMesh.Replay/TraceeMesh.Replay.csproj" : (string)service["project"]!;
    for (var replica = 1; replica <= (int)service["replicas"]!; replica++)
    {
        var instance = $"{name}-{replica.ToString(CultureInfo.InvariantCulture)}";
        var http = port++;
        var resource = builder.AddProject(instance, Path.Combine(root, project))
            .WithReference(nats)
            .WaitFor(nats)
            .WithHttpEndpoint(targetPort: http, name: "http")
            .WithHttpHealthCheck("/healthz")
            .WithEnvironment("TRACEEMESH_NODE", node)
            .WithEnvironment("TRACEEMESH_INSTANCE", instance)
            .WithEnvironment("TRACEEMESH_HTTP_ADDRESS", $"127.0.0.1:{http}");
        switch (name)
        {
            case "datasource-api":
                var grpc = port++;
                resource
                    .WithExternalHttpEndpoints()
                    .WithHttpEndpoint(targetPort: grpc, name: "grpc")
                    .WithEnvironment("TRACEEMESH_GRPC_ADDRESS", $"127.0.0.1:{grpc}")
                    .WithEnvironment("TRACEEMESH_EXPECT", expected);
                break;
            case "detector":
                resource.WithEnvironment("TRACEEMESH_SIGNATURES", Path.Combine(root, ".mesh", "signatures"));
                break;
            case "enricher" when capture is not null:
                resource.WithEnvironment("TRACEEMESH_CAPTURE", capture);
                break;
            case "collector":
                resource.WithEnvironment("TRACEEMESH_SPREAD", spread.ToString(CultureInfo.InvariantCulture));
                if (capture is null)
                {
                    resource.WithEnvironment("TRACEEMESH_ON_STOP", "leave");
                }
                else
                {
                    resource.WithEnvironment("TRACEEMESH_CAPTURE", capture).WithEnvironment("TRACEEMESH_REPLAY_SPEED", "1x");
                }

                break;
        }
    }
}

builder.Build().Run();

int Replicas(string name) => (int)services.First(s => (string)s!["name"]! == name)!["replicas"]!;

string? Capture()
{
    var option = Array.IndexOf(args, "--replay");
    if (option >= 0 && option + 1 < args.Length)
    {
        return Path.GetFullPath(args[option + 1]);
    }

    if (Environment.IsPrivilegedProcess)
    {
        return null;
    }

    Console.Error.WriteLine("not started by root: what the collector sees comes from a capture, tests/captures/mixed.capture; --replay FILE names another one");
    return Path.Combine(root, "tests", "captures", "mixed.capture");
}

static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
