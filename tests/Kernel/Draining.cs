using TraceeMesh.Collector.Kernel;

namespace TraceeMesh.Tests.Kernel;

public static class Draining
{
    /// <summary>
    /// Reads and releases everything written before the call. What a process did is written before anyone can see that
    /// it ended, so there is nothing to wait for but records other CPUs are in the middle of.
    /// </summary>
    public static List<Record> Drain(this KernelPrograms programs)
    {
        List<Record> records = [];
        var end = programs.Ring.WritePosition;
        var complete = SpinWait.SpinUntil(
            () =>
            {
                while (programs.Ring.TryRead(out var bytes))
                {
                    records.Add(Record.Parse(bytes));
                }

                return programs.Ring.ReadPosition >= end;
            },
            TimeSpan.FromSeconds(10));
        programs.Ring.Release(programs.Ring.ReadPosition);
        return complete ? records : throw new TimeoutException("A record was in the making for 10 seconds.");
    }
}
