using System.Text.RegularExpressions;
using TraceeMesh.Tests.Unit.Repository;
using Xunit;

namespace TraceeMesh.Tests.Unit.Enricher.Runtimes;

/// <summary>Reach to a runtime's socket is as good as root on the node: all that the enricher can say there is a question.</summary>
public sealed partial class RuntimeRequestTests
{
    private static readonly string[] Questions =
    [
        "ListContainers", "ContainerStatus", "PodSandboxStatus", "ImageStatus",
        "/containerd.services.namespaces.v1.Namespaces/List", "/containerd.services.containers.v1.Containers/Get", "/containerd.services.images.v1.Images/Get",
    ];

    private static readonly string Sources = string.Join('\n', Directory.EnumerateFiles(Path.Combine(RepositoryFiles.Root, "services/enricher"), "*.cs", SearchOption.AllDirectories)
        .Where(f => !f.Contains("/obj/", StringComparison.Ordinal))
        .Select(File.ReadAllText));

    [Fact]
    public void EveryCall_OfARuntimeOverGrpc_IsAQuestion()
    {
        var calls = GrpcCall().Matches(Sources).Select(m => m.Groups["method"].Value).ToList();

        Assert.Equal(Questions.Order(), calls.Order());
        Assert.Equal(calls.Count, AnyGrpcCall().Count(Sources));
    }

    [Fact]
    public void EveryRequest_OverHttp_IsAGet()
    {
        Assert.All(Method().Matches(Sources), m => Assert.Equal("HttpMethod.Get", m.Value));
        Assert.Equal(Method().Count(Sources), Request().Count(Sources));
        Assert.Empty(OtherWays().Matches(Sources).Select(m => m.Value));
    }

    [GeneratedRegex("""\.CallAsync\((?:\w+ \+ )?"(?<method>[^"]+)",""")]
    private static partial Regex GrpcCall();

    [GeneratedRegex(@"\.(CallAsync|OpenAsync|StreamAsync)\(")]
    private static partial Regex AnyGrpcCall();

    [GeneratedRegex(@"\bHttpMethod\.\w+")]
    private static partial Regex Method();

    [GeneratedRegex(@"new HttpRequestMessage\(")]
    private static partial Regex Request();

    [GeneratedRegex(@"\.(PostAsync|PutAsync|PatchAsync|DeleteAsync|PostAsJsonAsync|PutAsJsonAsync)\(")]
    private static partial Regex OtherWays();
}
