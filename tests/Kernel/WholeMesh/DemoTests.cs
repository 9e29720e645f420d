using System.Security.Cryptography;
using System.Text.Json.Nodes;
using TraceeMesh.Bus;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Kernel.WholeMesh;

/// <summary>Does for each signature what it looks for, and reads the bus.</summary>
[Collection(WholeMeshCollection.Name)]
public sealed class DemoTests(SharedMesh shared)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // No kernel tells of a rootkit any more, and a module that is loaded would change the host.
    private static readonly string[] Impossible = ["kernel_module_loading", "proc_fops_hooking", "syscall_hooking"];

    // What triggers write to, or seem to.
    private static readonly string[] Guarded =
    [
        "/etc", "/etc/cron.d", "/etc/init.d", "/etc/sudoers.d", "/etc/kubernetes", "/usr/lib", "/run", "/run/podman", "/run/secrets", "/dev/shm", "/sys/fs/cgroup/unified",
    ];

    private static readonly string[] Settings =
        ["/proc/sys/kernel/core_pattern", "/proc/sys/kernel/randomize_va_space", "/proc/sys/kernel/hostname", "/etc/sudoers", "/etc/ld.so.preload", "/etc/passwd"];

    [Fact]
    public async Task EverySignature_Triggered_GivesItsFindingOnTheBus_AndLeavesTheHostAsItWas()
    {
        await using var reader = await BusConnection.ConnectAsync(new BusOptions { Urls = [shared.Mesh.NatsUrl] });
        using var findings = reader.Subscribe("tracee.findings.>");
        await reader.FlushAsync(Patience);
        var before = Host();

        var demo = await shared.Mesh.RunAsync("demo", "--json");

        Assert.Equal(before, Host());
        var rows = demo.Objects;
        Assert.All(rows, r => Assert.Equal(["signature", "finding", "reason", "decoy"], r.Select(p => p.Key)));
        Assert.True(demo.ExitCode == 0, $"{demo.Output}\n{demo.Errors}\n{shared.Mesh.Describe()}");
        Assert.Equal(Impossible, rows.Where(r => r["finding"] is null).Select(r => (string)r["signature"]!).Order());
        Assert.All(rows, r => Assert.NotEqual(r["finding"] is null, r["reason"] is null));

        // One for each signature that the mesh has, and none that it lacks.
        var signatures = (await shared.Mesh.RunAsync("signatures", "--json")).Objects;
        Assert.Equal(signatures.Select(s => (string?)s["event_name"]).Order(), rows.Select(r => (string?)r["signature"]).Order());

        var seen = new Dictionary<string, string>();
        while (findings.TryRead(out var message))
        {
            using (message)
            {
                var finding = JsonNode.Parse(message.Payload)!;
                seen.TryAdd((string)finding["mesh"]!["id"]!, (string)finding["eventName"]!);
            }
        }

        Assert.All(rows.Where(r => r["finding"] is not null), r => Assert.Equal((string?)r["signature"], seen.GetValueOrDefault((string)r["finding"]!)));
    }

    [Fact]
    public async Task Trigger_Alone_GivesItsFinding()
    {
        await using var reader = await BusConnection.ConnectAsync(new BusOptions { Urls = [shared.Mesh.NatsUrl] });
        using var findings = reader.Subscribe("tracee.findings.*.core_pattern_modification.>");
        await reader.FlushAsync(Patience);

        var done = await shared.Mesh.RunAsync("trigger", "core_pattern_modification");

        Assert.True(done.ExitCode == 0, done.Errors);
        using var patience = new CancellationTokenSource(Patience);
        using var message = await findings.ReadAsync(patience.Token);
        var container = (string?)JsonNode.Parse(message!.Payload)!["containerId"];
        Assert.Equal(64, container!.Length);
        Assert.Contains(container, done.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no_such_signature", 2)]
    [InlineData("syscall_hooking", 1)]
    public async Task Trigger_ThatThereIsNot_SaysSo(string name, int exitCode)
    {
        var refused = await shared.Mesh.RunAsync("trigger", name);

        Assert.Equal(exitCode, refused.ExitCode);
        Assert.Contains(name, refused.Errors, StringComparison.Ordinal);
    }

    // Names below the directories, and the content of the files.
    private static List<string> Host()
    {
        var state = new List<string>();
        foreach (var directory in Guarded)
        {
            state.AddRange(Directory.Exists(directory) ? Directory.GetFileSystemEntries(directory).Where(IsLasting).Order(StringComparer.Ordinal) : [$"{directory} is not there"]);
        }

        foreach (var file in Settings)
        {
            state.Add(File.Exists(file) ? $"{file} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))}" : $"{file} is not there");
        }

        return state;
    }

    // Other tests on the same machine make cgroups and shared memory of their own.
    private static bool IsLasting(string path) =>
        Path.GetDirectoryName(path) is not ("/sys/fs/cgroup/unified" or "/dev/shm") || path.Contains("docker-", StringComparison.Ordinal) || path.Contains("libpod-", StringComparison.Ordinal);
}
