using TraceeMesh.Detector.Partitions;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Unit.Detector.Partitions;

public sealed class PartitionLeaseTests
{
    private readonly ManualTime _time = new();
    private readonly PartitionLease _lease;

    public PartitionLeaseTests() => _lease = new PartitionLease(3, new LeaseTimes(), _time);

    [Fact]
    public void Lease_OfAnother_ExpiresThreeSecondsAfterItsLastChange()
    {
        Assert.False(_lease.Observe(5));
        _time.Advance(TimeSpan.FromSeconds(2.9));
        Assert.False(_lease.Observe(5));
        Assert.False(_lease.Observe(6));
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.True(_lease.Observe(6));
    }

    [Fact]
    public void Lease_WhileTheBusWasAway_DoesNotExpire()
    {
        _lease.Observe(5);
        _time.Advance(TimeSpan.FromSeconds(2.9));
        _lease.Forget();
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(_lease.Observe(5));
    }

    [Fact]
    public void Owner_TwoSecondsAfterItsLastSuccessfulWriteWasSent_StopsJudging()
    {
        var sent = _time.GetTimestamp();
        _time.Advance(TimeSpan.FromSeconds(1));
        _lease.Claimed(9, sent);
        Assert.True(_lease.MayJudge);
        Assert.Equal(9, _lease.Fence);

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(_lease.MayJudge);

        _lease.Found(9);
        Assert.False(_lease.MayJudge);

        _lease.Renewed(12, _time.GetTimestamp());
        Assert.True(_lease.MayJudge);
        Assert.Equal(9, _lease.Fence);

        _lease.Lost();
        Assert.False(_lease.MayJudge);
    }
}
