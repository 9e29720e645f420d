using System.Text;
using TraceeMesh.Cli.Up;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Unit.Cli;

public sealed class ProcessLogTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly StringWriter _terminal = new();

    private string LogPath => _directory["detector-1.log"];

    public void Dispose()
    {
        _terminal.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Drain_OfOrdinaryLinesAndErrors_KeepsAllAndShowsErrors()
    {
        await Drain("info: started\nfail: lost the bus\ninfo: more");

        Assert.Equal("info: started\nfail: lost the bus\ninfo: more", await File.ReadAllTextAsync(LogPath));
        Assert.Equal("detector-1: fail: lost the bus\n", _terminal.ToString());
    }

    [Fact]
    public async Task Drain_OfEscapes_ShowsNone()
    {
        await Drain("fail: \u001b[2Jgone\n");

        Assert.DoesNotContain('\u001b', _terminal.ToString());
    }

    [Fact]
    public async Task Drain_OfMoreThanTheLimit_KeepsTheFileBeforeAndNoMore()
    {
        var line = new string('x', 1023) + "\n";
        await Drain(string.Concat(Enumerable.Repeat(line, (3 * ProcessLog.MaxBytes / line.Length) + 1)));

        Assert.InRange(new FileInfo(LogPath).Length, 1, ProcessLog.MaxBytes);
        Assert.InRange(new FileInfo(LogPath + ".1").Length, ProcessLog.MaxBytes / 2, ProcessLog.MaxBytes);
        Assert.Equal(2, Directory.GetFiles(_directory.Path).Length);
    }

    private async Task Drain(string printed)
    {
        using var log = new ProcessLog(LogPath, "detector-1", _terminal, LogLines.IsError);
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(printed));
        await log.Drain(stream);
    }
}
