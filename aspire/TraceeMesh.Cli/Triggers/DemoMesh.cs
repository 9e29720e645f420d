using System.Diagnostics;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Cli.Up;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Triggers;

/// <summary>The mesh of a demo: the one that runs, or one of its own that ends with it.</summary>
internal sealed class DemoMesh : IAsyncDisposable
{
    private const string Ready = "mesh ready:";

    private readonly Process? _own;

    private readonly Task _silencing;

    private DemoMesh(MeshAddress address, string? grpc, Process? own, Task silencing)
    {
        Grpc = grpc;
        Address = address;
        _own = own;
        _silencing = silencing;
    }

    /// <summary>Where its bus is.</summary>
    public MeshAddress Address { get; }

    /// <summary>Where it takes writes; null when the state directory does not tell.</summary>
    public string? Grpc { get; }

    public static async Task<DemoMesh> FindOrStart(string? nats, string? stateDirectory, CancellationToken cancellation)
    {
        var state = StateDirectory.Choose(stateDirectory);
        if (nats is not null || Environment.GetEnvironmentVariable(MeshAddress.Variable) is { Length: > 0 } || File.Exists(state.MeshFile))
        {
            return new DemoMesh(MeshAddress.Find(nats, stateDirectory), MeshFile.Read(state)?.Grpc, null, Task.CompletedTask);
        }

        await Console.Error.WriteLineAsync("tmesh: no mesh runs: starting one for the demo");

        // A process of its own: what the mesh is, it does not trace.
        var start = new ProcessStartInfo(Programs.CurrentDotnet, [Path.Combine(AppContext.BaseDirectory, "tmesh.dll"), "up", "--state-dir", state.Path]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        var own = Process.Start(start)!;
        try
        {
            while (await own.StandardOutput.ReadLineAsync(cancellation) is { } line)
            {
                if (line.StartsWith(Ready, StringComparison.Ordinal))
                {
                    // The demo shows the findings itself.
                    return new DemoMesh(MeshAddress.Find(null, stateDirectory), MeshFile.Read(state)?.Grpc, own, own.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None));
                }
            }

            await own.WaitForExitAsync(cancellation);
            throw new CommandException(own.ExitCode, "the mesh of the demo did not start; its reason stands above");
        }
        catch
        {
            await Stop(own);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_own is not null)
        {
            await Stop(_own);
            await _silencing;
        }
    }

    private static async Task Stop(Process own)
    {
        using (own)
        {
            if (!own.HasExited)
            {
                SystemCalls.Signal(own.Id, SystemCalls.SigTerm);
                await own.WaitForExitAsync();
            }
        }
    }
}
