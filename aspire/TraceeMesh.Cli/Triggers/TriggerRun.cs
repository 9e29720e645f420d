using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using TraceeMesh.Cli.Up;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Triggers;

/// <summary>
/// One run of a trigger, in namespaces of its own: its mounts cover what it writes, its network leads nowhere, and its host name
/// and container id hold a mark that tells its finding from all others.
/// </summary>
/// <param name="trigger">The trigger.</param>
internal sealed class TriggerRun(Trigger trigger)
{
    private const int MarkBytes = 4;
    private const int ContainerIdBytes = 32;
    private const string DockerCgroup = "docker-";
    private const string DecoyWord = "decoy";

    /// <summary>More than a trigger takes on a busy machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The enricher looks at an empty place of a runtime again after 5 s.</summary>
    private static readonly TimeSpan RuntimeRecheck = TimeSpan.FromSeconds(6);

    // room DIRECTORY: covers a directory with an empty one. decoy FILE: puts an empty file at a path that does not exist.
    private const string Words = """
        set -e
        room() { mount -t tmpfs tmesh "$1"; }
        decoy() { room "${1%/*}"; : > "$1"; echo decoy >&3; }
        real_or_decoy() { if ! ( : < "$1" ) 2> /dev/null; then decoy "$1"; fi; }
        act() { "$dotnet" "$tmesh" act "$@"; }
        printf %s "$mark" > /proc/sys/kernel/hostname
        exec 3>&1 > /dev/null

        """;

    private readonly byte[] _random = RandomNumberGenerator.GetBytes(ContainerIdBytes);

    /// <summary>What its finding holds and no other does.</summary>
    public string Mark => "tmesh-" + Convert.ToHexStringLower(_random.AsSpan(0, MarkBytes));

    /// <summary>The id of its container.</summary>
    public string ContainerId => Convert.ToHexStringLower(_random);

    /// <exception cref="CommandException">We are not root, and namespaces and mounts are for root.</exception>
    public static void RequireRoot()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            throw new CommandException(ExitCode.NoPrivilege, "triggers need root, for namespaces and mounts of their own: sudo ./mesh demo");
        }
    }

    /// <summary>Whether a finding is that of this run.</summary>
    public bool IsIn(ReadOnlySpan<byte> finding)
    {
        Span<byte> mark = stackalloc byte[MarkBytes * 2];
        return Convert.TryToHexStringLower(_random.AsSpan(0, MarkBytes), mark, out _) && finding.IndexOf(mark) >= 0;
    }

    /// <summary>Runs it to its end.</summary>
    /// <param name="grpc">Where the mesh takes writes; null when that is not known.</param>
    /// <param name="cancellation">Ends it, and what it started.</param>
    public async Task<TriggerOutcome> Run(string? grpc, CancellationToken cancellation)
    {
        try
        {
            if (!trigger.HasRefusedImage)
            {
                return await Perform(DockerCgroup, cancellation);
            }

            var image = $"example.invalid/refused:{Mark}";
            await using var refused = await RefusedImage.Refuse(
                grpc ?? throw new CommandException(ExitCode.Usage, "where the mesh takes writes is not known: name its --state-dir"),
                image,
                cancellation);
            await using var runtime = new StandInRuntime(ContainerId, Mark, image);
            await Task.Delay(RuntimeRecheck, TimeProvider.System, cancellation);
            return await Perform(runtime.CgroupPrefix, cancellation);
        }
        catch (CommandException failure)
        {
            return new TriggerOutcome(false, failure.Message);
        }
    }

    private async Task<TriggerOutcome> Perform(string cgroupPrefix, CancellationToken cancellation)
    {
        await using var cgroup = trigger.InContainer ? new ContainerCgroup(cgroupPrefix + ContainerId) : null;
        using var process = Process.Start(Start(cgroup))!;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var errors = process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return new TriggerOutcome((await output).Contains(DecoyWord, StringComparison.Ordinal), process.ExitCode == 0 ? "" : $"the trigger failed: {(await errors).Trim()}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new TriggerOutcome(false, $"the trigger did not end within {Patience.TotalSeconds:0} s");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }
    }

    private ProcessStartInfo Start(ContainerCgroup? cgroup)
    {
        // The first program in mounts other than its parent's is what starts a container: so the processes are unshared first, and
        // what the shell is started by leaves its parent's mounts itself.
        string[] unshare = ["unshare", "--pid", "--fork", "--kill-child", "--", "unshare", "--mount-proc", "--uts", "--ipc", "--net", "--"];
        string[] shell = ["sh", "-c", Words + trigger.Script];
        string[] enter = cgroup is null ? [] : ["sh", "-c", "echo $$ > \"$0\"; exec \"$@\"", cgroup.Entrance];
        string[] line = [.. enter, .. unshare, .. shell];
        return new ProcessStartInfo(line[0], line[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["mark"] = Mark,
                ["dotnet"] = Programs.CurrentDotnet,
                ["tmesh"] = Path.Combine(AppContext.BaseDirectory, "tmesh.dll"),
                ["outside"] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture),
                ["address"] = Address(),
                ["DOTNET_EnableDiagnostics"] = "0",
            },
        };
    }

    /// <summary>One that no name resolves to; another one each time, since the signature reports each once.</summary>
    private string Address() => new IPAddress([198, 18, _random[0], _random[1]]).ToString();
}
