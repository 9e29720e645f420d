using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Records;

namespace TraceeMesh.Collector.Kernel;

/// <summary>Tells the kernel side of every system call that is an event.</summary>
internal static unsafe class CallTable
{
    // A new task returns from the call that made it, too; and a program that was executed from its exec.
    private static readonly HashSet<string> ZeroElsewhere = ["clone", "clone3", "fork", "vfork", "execve", "execveat"];

    /// <summary>Where a call stands in the table of the kernel side.</summary>
    internal static int IndexOf(SystemCall call) => call.Number + (call.Abi == SystemCallAbi.I386 ? RecordLimits.CallsCompat : 0);

    /// <summary>Fills the map; once, before any program is attached.</summary>
    internal static void Fill(int descriptor)
    {
        foreach (var call in SystemCallTable.Calls)
        {
            if (call.EventId is not { } id)
            {
                continue;
            }

            var entry = new CallEntry
            {
                Event = (ushort)id,
                Arguments = (byte)call.Arguments.Count,
                Flags = (call.Indirect ? CallFlags.Indirect : CallFlags.None)
                    | (ZeroElsewhere.Contains(EventCatalog.Find(id)!.Name) ? CallFlags.ZeroElsewhere : CallFlags.None),
            };
            for (var i = 0; i < call.Arguments.Count; i++)
            {
                entry.Kind[i] = (byte)call.Arguments[i].Kind;
                entry.Source[i] = (byte)call.Arguments[i].Source;
            }

            var index = IndexOf(call);
            if (LibBpf.MapUpdate(descriptor, &index, &entry, 0) != 0)
            {
                throw new KernelUnavailableException(KernelUnavailableReason.LoadFailed, $"The table of system calls does not take {call.Name}.");
            }
        }
    }
}
