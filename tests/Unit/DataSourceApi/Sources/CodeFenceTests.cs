using TraceeMesh.DataSourceApi.Sources.Coded;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Unit.DataSourceApi.Sources;

public sealed class CodeFenceTests
{
    private readonly CodeFence _fence = new("acme/x", TimeSpan.FromMilliseconds(100));

    [Fact]
    public void Code_ThatComesBack_GivesItsResult() => Assert.Equal([1, 2, 3], Enumerable.Range(1, 3).Select(i => _fence.Run(() => i)));

    [Fact]
    public void Code_ThatThrows_FailsItsOwnCall()
    {
        var thrown = Assert.Throws<SourceCodeException>(() => _fence.Run<int>(() => throw new InvalidOperationException("no")));

        Assert.Equal("acme/x failed: InvalidOperationException: no", thrown.Message);
        Assert.Equal((1, 0L), (_fence.Run(() => 1), _fence.Late));
    }

    [Fact]
    public async Task Code_ThatHangs_FailsAllCallsUntilItComesBack()
    {
        using var back = new ManualResetEventSlim();
        Assert.Throws<SourceCodeException>(() => _fence.Run(() => back.Wait(TimeSpan.FromMinutes(1))));
        Assert.Throws<SourceCodeException>(() => _fence.Run(() => 1));
        Assert.Equal(2, _fence.Late);

        back.Set();

        await TestWait.Until(() => Task.FromResult(Answers()), "it answers again");
    }

    private bool Answers()
    {
        try
        {
            return _fence.Run(() => true);
        }
        catch (SourceCodeException)
        {
            return false;
        }
    }
}
