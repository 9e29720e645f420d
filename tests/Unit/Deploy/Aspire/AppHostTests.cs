using System.Reflection;
using System.Runtime.Loader;
using Aspire.Hosting;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Cli.Up;
using TraceeMesh.Tests.Unit.Repository;
using Xunit;

namespace TraceeMesh.Tests.Unit.Deploy.Aspire;

/// <summary>The AppHost, compiled against the members of Aspire it may use and run against them: it makes the mesh that <c>up</c> makes.</summary>
public sealed class AppHostTests
{
    private const string Capture = "tests/captures/mixed.capture";

    // What up says by a flag, the AppHost says in the environment.
    private static readonly Dictionary<string, string> Variables = new()
    {
        ["--node"] = "NODE",
        ["--instance"] = "INSTANCE",
        ["--http"] = "HTTP_ADDRESS",
        ["--grpc"] = "GRPC_ADDRESS",
        ["--expect"] = "EXPECT",
        ["--signatures"] = "SIGNATURES",
        ["--spread"] = "SPREAD",
        ["--on-stop"] = "ON_STOP",
        ["--capture"] = "CAPTURE",
        ["--speed"] = "REPLAY_SPEED",
    };

    // Where the bus is and who comes there: the reference says it.
    private static readonly string[] SaidByTheReference = ["--nats", "--credentials"];

    // Addresses are each runner's own to choose.
    private static readonly string[] Addresses = ["HTTP_ADDRESS", "GRPC_ADDRESS"];

    private static readonly Lazy<MethodInfo> Program = new(Compile);

    [Fact]
    public void AppHost_MakesWhatUpMakes_WithACapture() => AssertSame(Path.Combine(RepositoryFiles.Root, Capture), Run("--replay", Path.Combine(RepositoryFiles.Root, Capture)));

    [Fact]
    public void AppHost_StartedByRoot_CollectsElseReplays()
    {
        var resources = Run();

        AssertSame(Environment.IsPrivilegedProcess ? null : Path.Combine(RepositoryFiles.Root, Capture), resources);
    }

    [Fact]
    public void EveryService_HasTheBusAndIsWatched()
    {
        var resources = Run();

        Assert.Equal(("nats", true), (resources[0].Kind, resources[0].IsJetStream));
        Assert.All(resources.Skip(1), r =>
        {
            Assert.Equal(["nats"], r.References);
            Assert.Equal(["nats"], r.WaitsFor);
            Assert.Equal(["/healthz"], r.HealthChecks);
            Assert.Equal($"127.0.0.1:{r.Endpoints["http"]}", r.Environment["TRACEEMESH_HTTP_ADDRESS"]);
            Assert.True(File.Exists(r.Path), r.Path);
        });
        Assert.Equal(resources.Skip(1).Count(), resources.Skip(1).Select(r => r.Endpoints["http"]).Distinct().Count());
    }

    // A member that is not in the list is none that was checked here.
    [Fact]
    public void UnlistedMember_DoesNotCompile()
    {
        var errors = Compilation(Source().Replace(".WaitFor(nats)", ".WaitForCompletion(nats)", StringComparison.Ordinal)).GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error);

        Assert.Contains(errors, e => e.GetMessage().Contains("WaitForCompletion", StringComparison.Ordinal));
    }

    private static void AssertSame(string? capture, IReadOnlyList<Resource> resources)
    {
        var state = new StateDirectory(Path.Combine(RepositoryFiles.Root, ".mesh"));
        var topology = Topology.Load(Path.Combine(RepositoryFiles.Root, "aspire/topology.json"));
        topology = capture is null ? topology : topology.WithReplay();
        var layout = new MeshLayout(new UpOptions(state, Environment.MachineName) { Replay = capture }, topology, new PortPicker());
        var instances = layout.Instances.ToList();

        Assert.Equal(instances.Select(i => MeshLayout.InstanceName(i.Service, i.Replica)), resources.Skip(1).Select(r => r.Name));
        foreach (var ((service, replica), resource) in instances.Zip(resources.Skip(1)))
        {
            Assert.Equal(Path.Combine(RepositoryFiles.Root, service.Project), resource.Path);
            Assert.Equal(service.Endpoints.Order(), resource.Endpoints.Keys.Order());
            var arguments = layout.Arguments(service, replica, p => p).Chunk(2).Where(p => !SaidByTheReference.Contains(p[0])).ToDictionary(p => Variables[p[0]], p => p[1]);
            if (service.Name == "enricher" && capture is not null)
            {
                // Told in the environment by up as well.
                arguments["CAPTURE"] = capture;
            }

            var settings = resource.Environment.ToDictionary(e => e.Key["TRACEEMESH_".Length..], e => e.Value);
            Assert.Equal(arguments.Keys.Order(), settings.Keys.Order());
            Assert.All(arguments.Where(a => !Addresses.Contains(a.Key)), a => Assert.Equal(a.Value, settings[a.Key]));
        }
    }

    private static IReadOnlyList<Resource> Run(params string[] arguments)
    {
        Program.Value.Invoke(null, [arguments]);
        Assert.True(DistributedApplication.Last!.HasRun);
        return DistributedApplication.Last.Resources;
    }

    private static MethodInfo Compile()
    {
        using var image = new MemoryStream();
        var result = Compilation(Source()).Emit(image);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
        image.Position = 0;
        var context = new AssemblyLoadContext("apphost");
        context.Resolving += (_, name) => name.Name == typeof(Resource).Assembly.GetName().Name ? typeof(Resource).Assembly : null;
        return context.LoadFromStream(image).EntryPoint!;
    }

    // The compiler of file-based programs reads the directives; what remains is a program as any other.
    private static string Source() => string.Join('\n', File.ReadLines(AppHostPath).Select(l => l.StartsWith("#:", StringComparison.Ordinal) ? "" : l));

    private static string AppHostPath => Path.Combine(RepositoryFiles.Root, "aspire/apphost.cs");

    private static CSharpCompilation Compilation(string source)
    {
        const string ImplicitUsings = "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Threading.Tasks;";
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(p => Path.GetFileName(p).StartsWith("System.", StringComparison.Ordinal) || Path.GetFileName(p) is "mscorlib.dll" or "netstandard.dll")
            .Append(typeof(Resource).Assembly.Location)
            .Select(p => MetadataReference.CreateFromFile(p));
        var parse = new CSharpParseOptions(LanguageVersion.Preview);
        return CSharpCompilation.Create(
            "apphost",
            [CSharpSyntaxTree.ParseText(source, parse, AppHostPath), CSharpSyntaxTree.ParseText(ImplicitUsings, parse)],
            references,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
    }
}
