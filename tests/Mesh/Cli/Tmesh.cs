using System.Diagnostics;
using System.Text;
using TraceeMesh.Cli;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Cli;

/// <summary>The command line as a person or a script runs it: another process.</summary>
internal sealed class Tmesh : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly StringBuilder _errors = new();

    private Tmesh(Process process)
    {
        _process = process;
        _process.ErrorDataReceived += (_, line) => _errors.AppendLine(line.Data);
        _process.BeginErrorReadLine();
    }

    public static Tmesh Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(CommandException).Assembly.Location, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Remove("TRACEEMESH_NATS_URL");
        start.Environment.Remove("TRACEEMESH_STATE_DIR");
        return new Tmesh(Process.Start(start)!);
    }

    public static async Task<(int ExitCode, string Output, string Errors)> Run(params string[] arguments)
    {
        using var command = Start(arguments);
        var output = command._process.StandardOutput.ReadToEndAsync();
        var exitCode = await command.End();
        return (exitCode, await output, command._errors.ToString());
    }

    public async Task<string> ReadLine()
    {
        using var patience = new CancellationTokenSource(Patience);
        var line = await _process.StandardOutput.ReadLineAsync(patience.Token);
        Assert.True(line is not null, $"tmesh ended: {_errors}");
        return line;
    }

    public async Task Signal(string signal)
    {
        using var kill = Process.Start("kill", [signal, $"{_process.Id}"]);
        await kill.WaitForExitAsync();
    }

    public async Task<int> End()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
