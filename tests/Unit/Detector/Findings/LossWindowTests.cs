using TraceeMesh.Detector.Findings;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Unit.Detector.Findings;

public sealed class LossWindowTests
{
    [Fact]
    public void Losses_WithTime_AreForgottenAfterTheWindow()
    {
        var time = new ManualTime();
        var window = new LossWindow(time, TimeSpan.FromSeconds(10));
        window.Tell("ring_full", 5, 10, 15);
        time.Advance(TimeSpan.FromSeconds(6));
        window.Tell("ring_full", 2, 30, 32);
        Assert.Equal((7, 10, 32), (window.Read().Lost, window.Read().From, window.Read().To));

        time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal((2, 30, 32), (window.Read().Lost, window.Read().From, window.Read().To));

        time.Advance(TimeSpan.FromSeconds(6));
        Assert.True(window.Read().IsComplete);
    }
}
