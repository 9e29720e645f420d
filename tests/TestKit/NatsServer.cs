using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace TraceeMesh.TestKit;

/// <summary>
/// A real nats-server on a free port of the loopback, with JetStream and its files in a temporary directory. Disposing it kills
/// the server and removes the directory.
/// </summary>
public sealed class NatsServer : IAsyncDisposable
{
    private const string Executable = "nats-server";
    private readonly string _configuration;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private Process? _process;

    private NatsServer(string directory, int port, string configuration, IReadOnlyDictionary<string, string>? environment = null)
    {
        _environment = environment ?? new Dictionary<string, string>();
        Directory = directory;
        Port = port;
        _configuration = configuration;
    }

    /// <summary>Where its configuration, log and store are; extra files may be put here.</summary>
    public string Directory { get; }

    /// <summary>The port clients use.</summary>
    public int Port { get; }

    /// <summary>The address clients use.</summary>
    public string Url => $"nats://127.0.0.1:{Port}";

    /// <summary>The server's process id.</summary>
    public int ProcessId => _process?.Id ?? 0;

    /// <summary>Starts a server.</summary>
    /// <param name="extra">More configuration: users, TLS, limits. <c>$DIR</c> stands for the server's directory.</param>
    /// <param name="jetStream">Whether JetStream is on.</param>
    /// <param name="prepare">Puts files into the server's directory before it starts.</param>
    public static async Task<NatsServer> StartAsync(string extra = "", bool jetStream = true, Action<string>? prepare = null)
    {
        var directory = System.IO.Directory.CreateTempSubdirectory("traceemesh-nats-").FullName;
        prepare?.Invoke(directory);
        var port = Ports.Free();
        var configuration = Path.Combine(directory, "nats.conf");
        var store = jetStream ? $"jetstream {{ store_dir: \"{directory}/store\", max_memory_store: 4GB, max_file_store: 4GB }}" : "";
        await File.WriteAllTextAsync(configuration, $"""
            listen: "127.0.0.1:{port}"
            server_name: "{Path.GetFileName(directory)}"
            log_file: "{directory}/nats.log"
            {store}
            {extra.Replace("$DIR", directory, StringComparison.Ordinal)}
            """);
        var server = new NatsServer(directory, port, configuration);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Starts a server with a configuration as it is deployed.</summary>
    /// <param name="configuration">The file; what lies beside it is there too, and what it takes from the environment is set: name, store, addresses.</param>
    /// <param name="environment">Further values.</param>
    /// <param name="prepare">Changes the files of the server's directory before it starts.</param>
    public static async Task<NatsServer> StartDeployedAsync(string configuration, IReadOnlyDictionary<string, string> environment, Action<string>? prepare = null)
    {
        var directory = System.IO.Directory.CreateTempSubdirectory("traceemesh-nats-").FullName;
        foreach (var file in System.IO.Directory.EnumerateFiles(Path.GetDirectoryName(configuration)!))
        {
            File.Copy(file, Path.Combine(directory, Path.GetFileName(file)));
        }

        prepare?.Invoke(directory);
        var port = Ports.Free();
        var values = new Dictionary<string, string>(environment)
        {
            ["NATS_NAME"] = Quoted(Path.GetFileName(directory)),
            ["NATS_LISTEN"] = Quoted($"127.0.0.1:{port}"),
            ["NATS_MONITORING"] = Quoted($"127.0.0.1:{Ports.Free()}"),
            ["NATS_STORE"] = Quoted($"{directory}/store"),
        };
        var server = new NatsServer(directory, port, Path.Combine(directory, Path.GetFileName(configuration)), values);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>A text as the configuration of a server takes it from the environment.</summary>
    public static string Quoted(string value) => $"\"{value}\"";

    /// <summary>Starts the server again on the same port and store, after <see cref="Kill"/> or <see cref="StopAsync"/>.</summary>
    public async Task StartAgainAsync()
    {
        Assert.True(_process is null, "the server is running");
        var start = new ProcessStartInfo(Executable, ["-c", _configuration, "-l", Path.Combine(Directory, "nats.log")]) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var (name, value) in _environment)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        await TestWait.Until(() => Answers() || _process.HasExited, $"nats-server answers on port {Port}");
        Assert.False(_process.HasExited, $"nats-server ended: {Log()}");
    }

    /// <summary>Kills the server with SIGKILL and waits until it is gone.</summary>
    public void Kill()
    {
        _process!.Kill();
        Reap();
    }

    /// <summary>Stops the server in order.</summary>
    public async Task StopAsync()
    {
        using (var signal = Process.Start("kill", ["-TERM", $"{ProcessId}"]))
        {
            await signal.WaitForExitAsync();
        }

        await _process!.WaitForExitAsync();
        Reap();
    }

    /// <summary>Kills the server and starts it again on the same port and store.</summary>
    public async Task RestartAsync()
    {
        Kill();
        await StartAgainAsync();
    }

    /// <summary>What the server logged.</summary>
    public string Log()
    {
        var path = Path.Combine(Directory, "nats.log");
        return File.Exists(path) ? File.ReadAllText(path) : _process?.StandardError.ReadToEnd() ?? "";
    }

    /// <summary>Kills the server and removes its directory.</summary>
    public ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            Kill();
        }

        System.IO.Directory.Delete(Directory, recursive: true);
        return ValueTask.CompletedTask;
    }

    private void Reap()
    {
        _process!.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    /// <summary>A server greets each client with a line <c>INFO {...}</c>, which holds its name: another one on this port is not ours.</summary>
    private bool Answers()
    {
        try
        {
            using var client = new TcpClient();
            client.Connect(IPAddress.Loopback, Port);
            client.ReceiveTimeout = 1000;
            using var greeting = new StreamReader(client.GetStream());
            return greeting.ReadLine()?.Contains($"\"{Path.GetFileName(Directory)}\"", StringComparison.Ordinal) is true;
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
    }
}
