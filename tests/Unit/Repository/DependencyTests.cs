using System.Xml.Linq;
using Xunit;

namespace TraceeMesh.Tests.Unit.Repository;

/// <summary>Reads the project files and refuses any arrow that the design does not draw.</summary>
public sealed class DependencyTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["TraceeMesh.Contracts"] = [],
        ["TraceeMesh.MessagePack"] = ["TraceeMesh.Contracts"],
        ["TraceeMesh.Bus"] = ["TraceeMesh.MessagePack", "TraceeMesh.Contracts"],
        ["TraceeMesh.Capture"] = ["TraceeMesh.MessagePack", "TraceeMesh.Contracts"],
        ["TraceeMesh.Grpc"] = [],
        ["TraceeMesh.Plugins"] = [],
        ["TraceeMesh.Signatures"] = ["TraceeMesh.Contracts"],
        ["TraceeMesh.Signatures.Testing"] = ["TraceeMesh.Signatures"],
        ["MySignature"] = ["TraceeMesh.Signatures"],
        ["TraceeMesh.Signatures.BuiltIn"] = ["TraceeMesh.Signatures"],
        ["TraceeMesh.ServiceDefaults"] = ["TraceeMesh.Bus", "TraceeMesh.Contracts"],
        ["TraceeMesh.Collector"] = ["TraceeMesh.Bus", "TraceeMesh.Contracts", "TraceeMesh.ServiceDefaults"],
        ["TraceeMesh.Enricher"] = ["TraceeMesh.Bus", "TraceeMesh.Capture", "TraceeMesh.Contracts", "TraceeMesh.Grpc", "TraceeMesh.ServiceDefaults"],
        ["TraceeMesh.Detector"] = ["TraceeMesh.Bus", "TraceeMesh.Contracts", "TraceeMesh.Plugins", "TraceeMesh.ServiceDefaults", "TraceeMesh.Signatures", "TraceeMesh.Signatures.BuiltIn"],
        ["TraceeMesh.DataSourceApi"] = ["TraceeMesh.Bus", "TraceeMesh.Contracts", "TraceeMesh.Grpc", "TraceeMesh.Plugins", "TraceeMesh.ServiceDefaults", "TraceeMesh.Signatures"],

        // What is replayed goes through enricher and detector themselves, in one process.
        ["TraceeMesh.Replay"] = ["TraceeMesh.Capture", "TraceeMesh.Enricher", "TraceeMesh.Detector", "TraceeMesh.Signatures.Testing"],
        ["TraceeMesh.Cli"] = ["TraceeMesh.Bus", "TraceeMesh.Contracts", "TraceeMesh.Replay"],
    };

    [Fact]
    public void EveryProject_RefersOnlyToWhatTheDesignAllows()
    {
        foreach (var (name, references) in Projects())
        {
            if (!Allowed.TryGetValue(name, out var allowed))
            {
                continue;
            }

            Assert.All(references, r => Assert.True(allowed.Contains(r), $"{name} must not refer to {r}"));
        }
    }

    [Fact]
    public void EveryProjectOutsideTests_IsNamedHere()
    {
        var unnamed = Projects().Keys.Where(n => !n.Contains("Tests", StringComparison.Ordinal) && n is not ("TraceeMesh.TestKit" or "TraceeMesh.Benchmarks")).Except(Allowed.Keys);

        Assert.Empty(unnamed);
    }

    [Fact]
    public void NoService_RefersToAnother() => Assert.All(
        Projects().Where(p => p.Key is "TraceeMesh.Collector" or "TraceeMesh.Enricher" or "TraceeMesh.Detector" or "TraceeMesh.DataSourceApi"),
        p => Assert.DoesNotContain(p.Value, r => r is "TraceeMesh.Collector" or "TraceeMesh.Enricher" or "TraceeMesh.Detector" or "TraceeMesh.DataSourceApi"));

    // A reference passes on what it refers to, so the compiler alone would let a signature reach the bus if one crept in.
    [Fact]
    public void BuiltInSignature_CannotSeeTheBus()
    {
        var seen = new HashSet<string>();
        var projects = Projects();
        var open = new Stack<string>(["TraceeMesh.Signatures.BuiltIn"]);
        while (open.TryPop(out var name))
        {
            if (seen.Add(name))
            {
                foreach (var reference in projects[name])
                {
                    open.Push(reference);
                }
            }
        }

        Assert.Equal(["TraceeMesh.Contracts", "TraceeMesh.Signatures", "TraceeMesh.Signatures.BuiltIn"], seen.Order());
    }

    private static Dictionary<string, string[]> Projects() => RepositoryFiles.All("*.csproj").ToDictionary(
        file => Path.GetFileNameWithoutExtension(file),
        file => XDocument.Load(file).Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/'))).ToArray());
}
