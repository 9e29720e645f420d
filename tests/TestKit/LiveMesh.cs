using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using TraceeMesh.Bus;

namespace TraceeMesh.TestKit;

/// <summary>A whole mesh on this machine, as <c>tmesh up</c> starts it, on ports and in a state directory of its own. Needs root and BTF.</summary>
public sealed class LiveMesh : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(20);

    private readonly Process _up;
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly List<string> _output = [];
    private readonly List<(Func<string, bool> Wanted, TaskCompletionSource<string> Seen)> _waiting = [];

    private LiveMesh(string stateDirectory, Process up)
    {
        StateDirectory = stateDirectory;
        _up = up;
        up.OutputDataReceived += (_, e) => Hear(e.Data);
        up.ErrorDataReceived += (_, e) => _errors.Enqueue(e.Data ?? "");
    }

    /// <summary>Name of its node.</summary>
    public const string Node = "test-node";

    /// <summary>Where it keeps its state.</summary>
    public string StateDirectory { get; }

    /// <summary>Process of the runner.</summary>
    public int Pid => _up.Id;

    /// <summary>What it printed on standard error.</summary>
    public string Errors => string.Join('\n', _errors);

    /// <summary>The line that says it is ready.</summary>
    public string ReadyLine { get; private set; } = "";

    /// <summary>Address of its bus.</summary>
    public string NatsUrl => ReadyLine.Split(' ')[2];

    /// <summary>Starts a mesh and waits until it is ready.</summary>
    public static Task<LiveMesh> StartAsync(params string[] options) => StartAsync(new Dictionary<string, string>(), options);

    /// <summary>Starts a mesh with more in its environment and waits until it is ready.</summary>
    public static Task<LiveMesh> StartAsync(IReadOnlyDictionary<string, string> environment, params string[] options) => StartWithinAsync([], environment, options);

    /// <summary>Starts a mesh by way of another program and waits until it is ready.</summary>
    /// <param name="launcher">Goes before its command line; what it starts must take its place.</param>
    /// <param name="environment">Added to the environment.</param>
    /// <param name="options">More options.</param>
    public static async Task<LiveMesh> StartWithinAsync(IReadOnlyList<string> launcher, IReadOnlyDictionary<string, string> environment, params string[] options)
    {
        // Below a directory that is closed to the services' user, as a clone in root's home is.
        var state = Path.Combine(Directory.CreateTempSubdirectory("traceemesh-test-").FullName, "state");
        var start = Command(launcher, ["up", "--state-dir", state, "--node", Node, "--nats-port", $"{Ports.Free()}", "--grpc-address", $"127.0.0.1:{Ports.Free()}", "--http-address", $"127.0.0.1:{Ports.Free()}", .. options]);
        start.RedirectStandardInput = true;
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var mesh = new LiveMesh(state, Process.Start(start)!);
        var ready = mesh.WaitForOutputAsync(line => line.StartsWith("mesh ready:", StringComparison.Ordinal), StartTimeout);
        mesh._up.BeginOutputReadLine();
        mesh._up.BeginErrorReadLine();
        try
        {
            mesh.ReadyLine = await ready;
            return mesh;
        }
        catch (TimeoutException)
        {
            var log = mesh.Describe();
            await mesh.DisposeAsync();
            throw new InvalidOperationException($"the mesh did not become ready in {StartTimeout.TotalSeconds} s\n{log}");
        }
    }

    /// <summary>Waits for a line of standard output, one that was printed before included.</summary>
    public async Task<string> WaitForOutputAsync(Func<string, bool> wanted, TimeSpan timeout)
    {
        TaskCompletionSource<string> seen;
        lock (_output)
        {
            if (_output.Find(l => wanted(l)) is { } line)
            {
                return line;
            }

            seen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((wanted, seen));
        }

        return await seen.Task.WaitAsync(timeout);
    }

    /// <summary>Triggers until the finding on it is printed: until what a signature selects is in force, an event is nobody's.</summary>
    /// <param name="signature">Name of the finding.</param>
    /// <param name="trigger">Triggers once; gives the process.</param>
    public Task FindsAsync(string signature, Func<Task<int>> trigger) => TestWait.Until(
        async () =>
        {
            var pid = await trigger();
            try
            {
                await WaitForOutputAsync(l => l.Contains(signature, StringComparison.Ordinal) && l.Contains($"[{pid}]", StringComparison.Ordinal), TimeSpan.FromSeconds(1));
                return true;
            }
            catch (TimeoutException)
            {
                return false;
            }
        },
        $"the first {signature} is found",
        StartTimeout.TotalSeconds,
        Describe);

    /// <summary>Runs <c>tmesh</c> against this mesh.</summary>
    public async Task<CommandResult> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(Command([.. arguments, "--state-dir", StateDirectory]))!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new CommandResult(process.ExitCode, await output, await errors);
    }

    /// <summary>Starts <c>tmesh</c> against this mesh and leaves it running.</summary>
    public Process Follow(params string[] arguments) => Process.Start(Command([.. arguments, "--state-dir", StateDirectory]))!;

    /// <summary>Connects to its bus as one of its users.</summary>
    public Task<BusConnection> ConnectAsync(string user)
    {
        var credentials = JsonNode.Parse(File.ReadAllText(CredentialsOf(user)))!;
        return BusConnection.ConnectAsync(new BusOptions { Urls = [NatsUrl], User = (string?)credentials["user"], Password = (string?)credentials["password"] });
    }

    /// <summary>The file that holds the credentials of a user of its bus.</summary>
    public string CredentialsOf(string user) => Path.Combine(StateDirectory, "credentials", $"{user}.json");

    /// <summary>The process of its bus, which works in the state directory.</summary>
    public Process Bus() => Process.GetProcessesByName("nats-server")
        .Single(p => new FileInfo($"/proc/{p.Id}/cwd").LinkTarget?.StartsWith(StateDirectory, StringComparison.Ordinal) is true);

    /// <summary>Ends it as Ctrl-C does; returns the exit code.</summary>
    public async Task<int> StopAsync()
    {
        if (!_up.HasExited)
        {
            using var kill = Process.Start("kill", ["-INT", $"{_up.Id}"]);
            await kill.WaitForExitAsync();
        }

        using var patience = new CancellationTokenSource(StopTimeout);
        try
        {
            await _up.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _up.Kill(entireProcessTree: true);
            throw new TimeoutException($"the mesh did not stop in {StopTimeout.TotalSeconds} s\n{Describe()}");
        }

        return _up.ExitCode;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _up.Dispose();
        Directory.Delete(Path.GetDirectoryName(StateDirectory)!, recursive: true);
    }

    /// <summary>Output, errors and the logs of the services, for a failing test.</summary>
    public string Describe()
    {
        var logs = Path.Combine(StateDirectory, "logs");
        var files = Directory.Exists(logs) ? Directory.GetFiles(logs) : [];
        lock (_output)
        {
            return string.Join('\n', [.. _output, Errors, .. files.Select(f => $"--- {Path.GetFileName(f)}\n{File.ReadAllText(f)}")]);
        }
    }

    private static ProcessStartInfo Command(IEnumerable<string> arguments) => Command([], arguments);

    private static ProcessStartInfo Command(IReadOnlyList<string> launcher, IEnumerable<string> arguments)
    {
        string[] line = [.. launcher, "dotnet", Path.Combine(AppContext.BaseDirectory, "../../TraceeMesh.Cli/release/tmesh.dll"), .. arguments];
        return new(line[0], line[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
    }

    private void Hear(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_output)
        {
            _output.Add(line);
            _waiting.RemoveAll(w => w.Wanted(line) && w.Seen.TrySetResult(line));
        }
    }
}

/// <summary>What a command left behind.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Errors">Standard error.</param>
public sealed record CommandResult(int ExitCode, string Output, string Errors)
{
    /// <summary>The objects of <c>--json</c>, one a line.</summary>
    public IReadOnlyList<JsonObject> Objects => [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!.AsObject())];
}
