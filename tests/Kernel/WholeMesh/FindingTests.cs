using System.Globalization;
using System.Text.Json.Nodes;
using TraceeMesh.Bus;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Kernel.WholeMesh;

/// <summary>From the kernel to a finding, through a mesh as users start it.</summary>
[Collection(WholeMeshCollection.Name)]
public sealed class FindingTests(SharedMesh shared) : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private BusConnection _reader = null!;
    private BusSubscription _findings = null!;

    private LiveMesh Mesh => shared.Mesh;

    // A client without credentials: it may read findings and nothing else.
    public async Task InitializeAsync()
    {
        _reader = await BusConnection.ConnectAsync(new BusOptions { Urls = [Mesh.NatsUrl] });
        _findings = _reader.Subscribe("tracee.findings.>");
        await _reader.FlushAsync(Patience);
    }

    public async Task DisposeAsync()
    {
        _findings.Dispose();
        await _reader.DisposeAsync();
    }

    [Fact]
    public async Task Ptrace_GivesAntiDebugging_OnTheBusAndInTheShell()
    {
        var (pid, _) = await Shell.RunAsync("/usr/bin/python3", "-c", "import ctypes; ctypes.CDLL(None).ptrace(0,0,0,0)");

        var (subject, finding) = await NextAsync("anti_debugging", pid);
        Assert.Equal($"tracee.findings.low.anti_debugging.{LiveMesh.Node}", subject);
        Assert.Equal("6001", (string?)finding["eventId"]);
        Assert.Equal("python3", (string?)finding["processName"]);
        Assert.StartsWith("/usr/bin/python3", (string?)finding["executable"]!["path"], StringComparison.Ordinal);
        Assert.Equal(pid, (int?)finding["processId"]);
        Assert.Equal(Environment.ProcessId, (int?)finding["hostParentProcessId"]);
        Assert.Equal("ptrace", (string?)finding["syscall"]);
        Assert.Equal("TRC-102", (string?)finding["metadata"]!["Properties"]!["signatureID"]);
        Assert.Equal(1, (int?)finding["metadata"]!["Properties"]!["Severity"]);
        var trigger = finding["args"]!.AsArray().Single(a => (string?)a!["name"] == "triggeredBy")!["value"]!;
        Assert.Equal("ptrace", (string?)trigger["name"]);
        Assert.Equal(0, (int?)trigger["args"]![0]!["value"]);
        Assert.Equal(File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim(), (string?)finding["mesh"]!["bootId"]);
        Assert.Equal("complete", (string?)finding["mesh"]!["completeness"]!["state"]);
        Assert.Equal(16, ((string?)finding["mesh"]!["id"])!.Length);

        var entity = (ulong?)finding["processEntityId"];
        Assert.NotEqual(0UL, entity);
        Assert.Equal(entity, (ulong?)finding["threadEntityId"]);
        var line = await Mesh.WaitForOutputAsync(l => l.Contains("anti_debugging", StringComparison.Ordinal) && l.Contains($"{pid}", StringComparison.Ordinal), Patience);
        Assert.DoesNotContain('\n', line);

        // The same parent has the same id whoever its child is.
        var (second, _) = await Shell.RunAsync("/usr/bin/python3", "-c", "import ctypes; ctypes.CDLL(None).ptrace(0,0,0,0)");
        var (_, again) = await NextAsync("anti_debugging", second);
        Assert.Equal((ulong?)finding["parentEntityId"], (ulong?)again["parentEntityId"]);
        Assert.NotEqual(entity, (ulong?)again["processEntityId"]);
    }

    [Fact]
    public async Task ProgramFromAMemfd_GivesFilelessExecution()
    {
        const string Trigger = """
            import os, shutil
            fd = os.memfd_create("ghost")
            with open("/bin/true", "rb") as source, os.fdopen(os.dup(fd), "wb") as target:
                shutil.copyfileobj(source, target)
            os.execve(fd, ["ghost"], {})
            """;
        var (pid, _) = await Shell.RunAsync("/usr/bin/python3", "-c", Trigger);

        var (subject, finding) = await NextAsync("fileless_execution", pid);
        Assert.StartsWith("tracee.findings.high.fileless_execution.", subject, StringComparison.Ordinal);
        var arguments = Trigger_Arguments(finding);
        Assert.Equal("memfd:ghost", (string?)arguments["pathname"]);
    }

    [Fact]
    public async Task Sudoers_OpenedForWriting_GivesAFinding_ForReadingNone()
    {
        // A file system of its own, so that the machine's file is never touched.
        var (reader, _) = await Shell.RunAsync("/usr/bin/unshare", "-m", "sh", "-c", "mount -t tmpfs none /etc && : > /etc/other && mv /etc/other /etc/sudoers.x && cat /etc/sudoers.x");
        var (writer, _) = await Shell.RunAsync("/usr/bin/unshare", "-m", "sh", "-c", "mount -t tmpfs none /etc && exec 3>>/etc/sudoers");

        var (_, finding) = await NextAsync("sudoers_modification", writer);
        Assert.Equal("/etc/sudoers", (string?)Trigger_Arguments(finding)["pathname"]);

        var (silent, _) = await Shell.RunAsync("/usr/bin/unshare", "-m", "sh", "-c", "mount -t tmpfs none /tmp && echo x > /tmp/sudoers && mount --bind /tmp /etc && cat /etc/sudoers");
        var (marker, _) = await Shell.RunAsync("/usr/bin/python3", "-c", "import ctypes; ctypes.CDLL(None).ptrace(0,0,0,0)");
        await NextAsync("anti_debugging", marker, unwanted: [("sudoers_modification", silent), ("sudoers_modification", reader)]);
    }

    [Fact]
    public async Task Sudoers_RenamedIntoPlace_GivesAFinding()
    {
        var (pid, output) = await Shell.RunAsync(
            "/usr/bin/unshare", "-m", "sh", "-c", "mount -t tmpfs none /etc && : > /etc/new && exec python3 -c 'import os; os.chdir(\"/etc\"); os.rename(\"new\", \"./sudoers\")'");

        var (_, finding) = await NextAsync("sudoers_modification", pid);
        Assert.Empty(output);
        Assert.Equal("/etc/new", (string?)Trigger_Arguments(finding)["old_path"]);
        Assert.Equal("/etc/sudoers", (string?)Trigger_Arguments(finding)["new_path"]);
    }

    [Fact]
    public async Task LdPreload_InTheEnvironmentOfAnExec_GivesAFinding()
    {
        var (pid, _) = await Shell.RunAsync("/usr/bin/env", "LD_PRELOAD=", "/bin/true");

        var (subject, finding) = await NextAsync("ld_preload", pid);
        Assert.StartsWith("tracee.findings.medium.ld_preload.", subject, StringComparison.Ordinal);
        Assert.Equal("sched_process_exec", (string?)finding["args"]!.AsArray().Single(a => (string?)a!["name"] == "triggeredBy")!["value"]!["name"]);
    }

    [Fact]
    public async Task LdPreloadFile_RenamedIntoPlace_GivesAFinding()
    {
        var (pid, _) = await Shell.RunAsync(
            "/usr/bin/unshare", "-m", "sh", "-c", "mount -t tmpfs none /etc && : > /etc/new && exec python3 -c 'import os; os.rename(\"/etc/new\", \"/etc/ld.so.preload\")'");

        await NextAsync("ld_preload", pid);
    }

    [Fact]
    public async Task EverySignature_OfAPlainMesh_Runs()
    {
        var signatures = (await Mesh.RunAsync("signatures", "--json")).Objects;

        Assert.NotEmpty(signatures);
        Assert.All(signatures, s => Assert.Equal(("running", ""), ((string?)s["state"], (string?)s["reason"])));

        // What no kernel gives, and what a kernel without modules lacks.
        Assert.Subset(new HashSet<string?> { "TRC-1017", "TRC-1020", "TRC-1030" }, signatures.Where(s => s["unavailable_events"]!.AsArray().Count > 0).Select(s => (string?)s["id"]).ToHashSet());
    }

    [Fact]
    public async Task Findings_AreKept_AndPrintedAsJson()
    {
        var (pid, _) = await Shell.RunAsync("/usr/bin/python3", "-c", "import ctypes; ctypes.CDLL(None).ptrace(0,0,0,0)");
        var (_, finding) = await NextAsync("anti_debugging", pid);

        var printed = await Mesh.RunAsync("findings", "--json", "--since", "10m", "--no-follow");
        Assert.Equal(0, printed.ExitCode);
        Assert.Single(printed.Objects, o => (string?)o["mesh"]!["id"] == (string?)finding["mesh"]!["id"]);
        Assert.Empty((await Mesh.RunAsync("findings", "--json", "--since", "0s", "--no-follow")).Objects);
    }

    [Fact]
    public async Task Reader_WithoutCredentials_MayNotReadRawEvents()
    {
        using var raw = _reader.Subscribe("tracee.raw.>");
        using var events = _reader.Subscribe("tracee.events.>");
        await _reader.FlushAsync(Patience);
        await Shell.RunAsync("/bin/true");
        var (marker, _) = await Shell.RunAsync("/usr/bin/python3", "-c", "import ctypes; ctypes.CDLL(None).ptrace(0,0,0,0)");
        await NextAsync("anti_debugging", marker);

        Assert.False(raw.TryRead(out _));
        Assert.False(events.TryRead(out _));
        Assert.Equal(BusErrorKind.NotPermitted, _reader.LastFault?.Kind);
    }

    private static JsonObject Trigger_Arguments(JsonObject finding)
    {
        var arguments = new JsonObject();
        foreach (var argument in finding["args"]!.AsArray().Single(a => (string?)a!["name"] == "triggeredBy")!["value"]!["args"]!.AsArray())
        {
            arguments[(string)argument!["name"]!] = argument["value"]?.DeepClone();
        }

        return arguments;
    }

    private async Task<(string Subject, JsonObject Finding)> NextAsync(string name, int pid, params (string Name, int Pid)[] unwanted)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            while (await _findings.ReadAsync(patience.Token) is { } message)
            {
                using (message)
                {
                    var finding = JsonNode.Parse(message.Payload)!.AsObject();
                    var seen = ((string?)finding["eventName"], (int?)finding["hostProcessId"]);
                    Assert.DoesNotContain(unwanted, u => seen == (u.Name, u.Pid));
                    if (seen == (name, pid))
                    {
                        return (message.Subject, finding);
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            Assert.Fail(string.Create(CultureInfo.InvariantCulture, $"no finding {name} of process {pid} within {Patience.TotalSeconds} s\n{Mesh.Describe()}"));
        }

        throw new InvalidOperationException("the connection was closed");
    }
}
