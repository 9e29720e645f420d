using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using TraceeMesh.Contracts;
using TraceeMesh.Enricher.Containers.Kubernetes;
using TraceeMesh.ServiceDefaults;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Unit.Enricher.Kubernetes;

public sealed class KubernetesConfigurationTests
{
    private const string Good = """
        current-context: a
        contexts: [{name: a, context: {cluster: c, user: u}}]
        clusters: [{name: c, cluster: {server: 'https://10.0.0.1:6443'}}]
        users: [{name: u, user: {tokenFile: sub/token}}]
        """;

    [Theory]
    [InlineData("", "not a map")]
    [InlineData("[1, 2]", "not a map")]
    [InlineData("a: [", "kubeconfig")]
    [InlineData("current-context: a", "no context named 'a'")]
    public void Kubeconfig_NotUsable_SaysWhatIsWrong(string text, string expected) => Assert.Contains(expected, Refusal(text).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("https://10.0.0.1:6443", "http://10.0.0.1", "not an https address")]
    [InlineData("name: u", "name: other", "no user named 'u'")]
    [InlineData("tokenFile: sub/token", "client-certificate-data: '%%%', client-key-data: 'AA=='", "base", true)]
    [InlineData("tokenFile: sub/token", "client-certificate: absent.pem", "absent.pem")]
    public void Kubeconfig_OneValueWrong_SaysWhich(string from, string to, string expected, bool ignoreCase = false) => Assert.Contains(
        expected,
        Refusal(Good.Replace(from, to, StringComparison.Ordinal)).Message,
        ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);

    [Fact]
    public void Kubeconfig_FilesBesideIt_AreFoundFromItsDirectory()
    {
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory["sub"]);
        File.WriteAllText(directory["sub/token"], "t-1\n");
        File.WriteAllText(directory["config"], Good);

        using var access = Kubeconfig.Read(directory["config"]);

        Assert.Equal(("https://10.0.0.1:6443/", "t-1"), (access.Server.AbsoluteUri, access.ReadToken()));
    }

    [Fact]
    public void Find_NeitherClusterNorFile_IsNone() => Assert.Null(InClusterAccess.Find(_ => null));

    [Fact]
    public void Find_SwitchedOff_IsNone() => Assert.Null(KubernetesConfiguration.Find(Configured("KUBECONFIG", "")));

    [Fact]
    public void Find_FileAbsent_IsRefused() => Assert.Throws<KubernetesAccessException>(() => KubernetesConfiguration.Find(Configured("KUBECONFIG", "/absent/config")));

    [Fact]
    public void Watch_FileTheUserNamedIsNotUsable_EndsTheServiceWithWhatToDo()
    {
        var refusal = Assert.Throws<ServiceExitException>(() => KubernetesConfiguration.Watch(Configured("KUBECONFIG", "/absent/config"), "node-1", TimeProvider.System, NullLogger.Instance));

        Assert.Equal(ExitCode.Usage, refusal.ExitCode);
        Assert.Contains("/absent/config", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("TRACEEMESH_KUBECONFIG", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Watch_SwitchedOff_IsNone() =>
        Assert.Null(KubernetesConfiguration.Watch(Configured("KUBECONFIG", ""), "node-1", TimeProvider.System, NullLogger.Instance));

    [Fact]
    public void InCluster_AuthorityNotUsable_SaysWhichFile()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["token"], "t");
        File.WriteAllText(directory["ca.crt"], "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");

        var refusal = Assert.Throws<KubernetesAccessException>(() => InClusterAccess.Find(n => n == "KUBERNETES_SERVICE_HOST" ? "127.0.0.1" : "443", directory.Path));

        Assert.Contains("ca.crt", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Node_Configured_IsTheNameInKubernetes()
    {
        Assert.Equal("ip-10-0-0-1", KubernetesConfiguration.Node(Configured("KUBERNETES_NODE", "ip-10-0-0-1"), "mesh-name"));
        Assert.Equal("mesh-name", KubernetesConfiguration.Node(Configured("OTHER", ""), "mesh-name"));
    }

    private static IConfiguration Configured(string key, string value) =>
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { [key] = value }).Build();

    private static KubernetesAccessException Refusal(string text)
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["config"], text);
        return Assert.Throws<KubernetesAccessException>(() => Kubeconfig.Read(directory["config"]));
    }
}
