using System.Text.Json.Nodes;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Dns;
using Xunit;

namespace TraceeMesh.Tests.Kernel.WholeMesh;

/// <summary>A real resolver asks a real server; a signature asks which name that was, once the process is gone.</summary>
[Collection(WholeMeshCollection.Name)]
public sealed class DnsLookupTests(SharedMesh shared)
{
    private const double TakeOverSeconds = 30;

    private static readonly (string Server, bool OverTcp)[] Ways = [("127.0.0.77", false), ("127.0.0.77", true), ("::1", false), ("::1", true)];

    [Fact]
    public async Task ResolvedName_IsFoundByNameAndByAddress_AtTheExitOfWhoAsked()
    {
        await using var reader = await BusConnection.ConnectAsync(new BusOptions { Urls = [shared.Mesh.NatsUrl] });
        using var findings = reader.Subscribe($"tracee.findings.*.resolved_names.{LiveMesh.Node}");
        await using var ipv4 = NameServer.Start("127.0.0.77");
        await using var ipv6 = NameServer.Start("::1");
        using var directory = new TemporaryDirectory();

        await using var detector = await OwnDetector.StartAsync(shared.Mesh, () => new ResolvedNames());

        await detector.JudgesAsync(findings, () => Shell.RunAsync("/usr/bin/getent", "passwd", "root"));
        foreach (var (server, overTcp) in Ways)
        {
            var command = NameServer.CommandWithResolver(directory.Path, server, overTcp, "getent ahosts n$$.example.test");
            var (pid, output) = await Shell.RunAsync(command[0], command[1..]);
            var name = ResolvedNames.NameOf(pid);
            Assert.Contains(NameServer.Ipv4Of(name), output, StringComparison.Ordinal);

            var finding = await NextAsync(findings, pid);
            Assert.Equal($"Found {name}: {name} alias.{name}: {NameServer.Ipv4Of(name)} {NameServer.Ipv6Of(name)}", (string?)finding.Argument("by_name"));
            Assert.Equal($"Found {name} alias.{name}", (string?)finding.Argument("by_ipv4"));
            Assert.Equal($"Found {name} alias.{name}", (string?)finding.Argument("by_ipv6"));

            var printed = await shared.Mesh.RunAsync("get", "tracee", "dns", name.ToUpperInvariant() + ".", "--json");
            Assert.Equal(ExitCode.Ok, printed.ExitCode);
            Assert.Equal(name, (string?)printed.Objects.Single()["dns_root"]);
        }
    }

    private async Task<JsonObject> NextAsync(BusSubscription findings, int pid)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(TakeOverSeconds));
        try
        {
            while (true)
            {
                using var message = await findings.ReadAsync(patience.Token) ?? throw new InvalidOperationException("the connection was closed");
                var finding = JsonNode.Parse(message.Payload)!.AsObject();
                if ((int?)finding["hostProcessId"] == pid)
                {
                    return finding;
                }
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"no finding of process {pid} within {TakeOverSeconds} s\n{shared.Mesh.Describe()}");
        }
    }
}
