using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using TraceeMesh.Contracts;
using TraceeMesh.TestKit;
using TraceeMesh.Tests.Kernel.WholeMesh;
using Xunit;

namespace TraceeMesh.Tests.Kernel.Up;

[Collection(WholeMeshCollection.Name)]
public sealed class UpTests(SharedMesh shared)
{
    [Fact]
    public async Task Mesh_BesideAnother_RunsOnItsOwn_AndDiesWithItsRunner()
    {
        await using var second = await LiveMesh.StartAsync();
        var pids = await Pids(second);

        Assert.NotEqual(shared.Mesh.NatsUrl, second.NatsUrl);
        Assert.Empty((await Pids(shared.Mesh)).Intersect(pids));

        using (var runner = Process.GetProcessById(second.Pid))
        {
            runner.Kill();
        }

        await TestWait.Until(() => !pids.Any(Exists), "every service dies with its runner");
    }

    [Fact]
    public async Task Mesh_FromAStateDirectoryInUse_IsRefused()
    {
        var refused = await shared.Mesh.RunAsync("up");

        Assert.Equal(ExitCode.AlreadyRunning, refused.ExitCode);
        Assert.Equal("", refused.Output);
        Assert.Contains(shared.Mesh.StateDirectory, refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Services_ButTheCollector_RunUnprivileged()
    {
        foreach (var service in (await shared.Mesh.RunAsync("status", "--json")).Objects)
        {
            var status = await File.ReadAllLinesAsync($"/proc/{(int)service["pid"]!}/status");
            var uid = status.First(l => l.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1];
            var capabilities = status.First(l => l.StartsWith("CapBnd:", StringComparison.Ordinal)).Split('\t')[1];
            if ((string?)service["service"] == "collector")
            {
                Assert.Equal("0", uid);
            }
            else
            {
                Assert.NotEqual("0", uid);
                Assert.Equal("0000000000000000", capabilities);
            }
        }
    }

    [Fact]
    public async Task Up_OnAPortInUse_EndsWithItsExitCode()
    {
        using var directory = new TemporaryDirectory();
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();

        var (exitCode, errors) = await Run("dotnet", Tmesh, "up", "--state-dir", directory.Path, "--nats-port", $"{((IPEndPoint)other.LocalEndpoint).Port}");

        Assert.Equal(ExitCode.PortTaken, exitCode);
        Assert.Contains("--nats-port", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Up_WithoutRoot_SaysWhoNeedsItAndHow()
    {
        using var directory = new TemporaryDirectory();
        File.SetUnixFileMode(directory.Path, (UnixFileMode)0b111_111_111);

        // A clone below a closed directory is no place for another user's program.
        await Run("cp", "-r", Path.GetDirectoryName(Tmesh)!, directory["tmesh"]);
        Directory.CreateDirectory(directory["aspire"]);
        File.Copy(Path.Combine(Path.GetDirectoryName(Tmesh)!, "../../../../aspire/topology.json"), directory["aspire/topology.json"]);
        var (exitCode, errors) = await Run("setpriv", "--reuid", "59466", "--regid", "59466", "--clear-groups", "--bounding-set=-all", "--", "dotnet", directory["tmesh/tmesh.dll"], "up", "--state-dir", directory["state"]);

        Assert.True(exitCode == ExitCode.NoPrivilege, errors);
        Assert.Contains("sudo ./mesh up", errors, StringComparison.Ordinal);
    }

    private static string Tmesh => Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../TraceeMesh.Cli/release/tmesh.dll"));

    private static async Task<IReadOnlyList<int>> Pids(LiveMesh mesh) =>
        [.. (await mesh.RunAsync("status", "--json")).Objects.Select(o => (int)o["pid"]!)];

    private static bool Exists(int pid) => Directory.Exists($"/proc/{pid}");

    private static async Task<(int ExitCode, string Errors)> Run(params string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal("", await output);
        return (process.ExitCode, await errors);
    }
}
