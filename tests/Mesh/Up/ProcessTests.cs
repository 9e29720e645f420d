using TraceeMesh.Cli.Up;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Up;

public sealed class ProcessTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly StringWriter _terminal = new();
    private readonly ProcessSpawner _spawner = new();
    private readonly ProcessLog _log;

    public ProcessTests() => _log = new ProcessLog(_directory["log"], "stand-in", _terminal, _ => true);

    public void Dispose()
    {
        _spawner.Dispose();
        _log.Dispose();
        _terminal.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Process_Started_LeadsASessionOfItsOwnUnderThePidWeKnow()
    {
        using var process = await Run("ps -o pid=,sid= -p $$");
        await process.Exited;

        var pid = process.Pid.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal([pid, pid], Line().Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Process_Started_DiesWithTheRunner()
    {
        using var process = await Run("python3 -c 'import ctypes; s = ctypes.c_int(); ctypes.CDLL(None).prctl(2, ctypes.byref(s)); print(s.value)'", "exec ");
        await process.Exited;

        Assert.Equal("9", Line());
    }

    [Fact]
    public async Task Process_Ended_TellsItsExitCode()
    {
        using var process = await Run("exit 7");

        Assert.Equal(7, await process.Exited);
    }

    [Fact]
    public async Task Process_Signalled_EndsWithTheSignal()
    {
        using var process = await Run("sleep 600", "exec ");

        process.Signal(15);

        Assert.Equal(128 + 15, await process.Exited);
    }

    [Fact]
    public async Task Programs_ThatTheServicesUserCannotRead_AreCopiedOnceAndReadable()
    {
        var built = Directory.CreateDirectory(_directory["built"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        await File.WriteAllTextAsync(Path.Combine(built, "a.dll"), "first");
        var programs = new Programs("/bin/true", "/clone", _directory["copies"], path => !path.StartsWith(built, StringComparison.Ordinal));

        var copy = programs.Assembly(built, "a.dll");
        var written = File.GetLastWriteTimeUtc(copy);
        Assert.Equal("first", await File.ReadAllTextAsync(copy));
        Assert.True(File.GetUnixFileMode(copy).HasFlag(UnixFileMode.OtherRead));

        Assert.Equal(copy, programs.Assembly(built, "a.dll"));
        Assert.Equal(written, File.GetLastWriteTimeUtc(copy));

        await File.WriteAllTextAsync(Path.Combine(built, "a.dll"), "second one");
        Assert.Equal("second one", await File.ReadAllTextAsync(programs.Assembly(built, "a.dll")));
    }

    private Task<ISupervisedProcess> Run(string script, string prefix = "") =>
        SupervisedProcess.Start(_spawner, Launch.As(LaunchIdentity.Unchanged, _directory.Path, "bash", "-c", prefix + script), _log);

    private string Line() => _log.Tail(1)[0].Trim();
}
