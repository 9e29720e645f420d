using TraceeMesh.Detector.Engine;
using Xunit;

namespace TraceeMesh.Tests.Unit.Detector.Engine;

public sealed class RunQueueTests
{
    [Fact]
    public void Threads_MoreThanThereAreCpus_WaitForOne()
    {
        using var enough = new CancellationTokenSource();
        var threads = Enumerable.Range(0, Environment.ProcessorCount * 2).Select(_ => new Spinner(enough.Token)).ToList();

        Assert.True(SpinWait.SpinUntil(() => threads.Exists(t => RunQueue.WaitOf(t.Id) > TimeSpan.FromMilliseconds(10)), TimeSpan.FromSeconds(30)));
        enough.Cancel();
        threads.ForEach(t => t.Join());
    }

    [Fact]
    public void Thread_ThatThereIsNot_DidNotWait() => Assert.Equal(TimeSpan.Zero, RunQueue.WaitOf(int.MaxValue));

    private sealed class Spinner
    {
        private readonly Thread _thread;
        private volatile int _id;

        public Spinner(CancellationToken enough)
        {
            _thread = new Thread(() =>
            {
                _id = RunQueue.ThisThread;
                while (!enough.IsCancellationRequested)
                {
                    Thread.SpinWait(100);
                }
            });
            _thread.Start();
        }

        public int Id => _id;

        public void Join() => _thread.Join();
    }
}
