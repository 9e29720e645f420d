using TraceeMesh.Cli.Up;
using Xunit;

namespace TraceeMesh.Tests.Unit.Cli;

public sealed class DiskWatchTests
{
    private readonly StringWriter _messages = new();
    private readonly DiskWatch _watch;
    private long _free = DiskWatch.RoomFrom;
    private bool _refused;
    private int _restarts;

    public DiskWatchTests() => _watch = new DiskWatch("/state", () => _free, () => _refused, () => _restarts++, _messages);

    [Fact]
    public void FullDisk_IsSaidOnce_AndTheBusStartedAnewOnceThereIsRoom()
    {
        (_free, _refused) = (0, true);
        _watch.Look();
        _watch.Look();
        Assert.Equal(0, _restarts);
        _free = DiskWatch.RoomFrom - 1;
        _watch.Look();
        Assert.Equal(0, _restarts);
        _free = DiskWatch.RoomFrom;
        _watch.Look();
        _watch.Look();

        Assert.Equal(1, _restarts);
        Assert.Equal(2, _messages.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("/state is full", _messages.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void LittleRoom_WithoutARefusedWrite_IsNoReason()
    {
        _free = 0;
        _watch.Look();
        _free = DiskWatch.RoomFrom;
        _watch.Look();

        Assert.Equal(0, _restarts);
        Assert.Equal("", _messages.ToString());
    }
}
