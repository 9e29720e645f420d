using System.Globalization;
using System.Text;
using TraceeMesh.Collector.Consumers;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Mesh;
using TraceeMesh.Contracts.Records;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Kernel.SystemCalls;

/// <summary>Every system call by its name: made by the trigger, and each argument compared with what it was given.</summary>
[Collection(nameof(LoadedKernel))]
public class NamedCallTests(LoadedKernel kernel)
{
    private const int LeastNative = 300;
    private const int LeastCompat = 300;

    [KernelFact]
    public void Call_OfThe64BitTable_CarriesItsArgumentsAndResult() => Compare(SystemCallAbi.X64, LeastNative);

    [KernelFact]
    public void Call_OfThe32BitTable_CarriesItsArgumentsAndResult() => Compare(SystemCallAbi.I386, LeastCompat);

    private void Compare(SystemCallAbi abi, int least)
    {
        var plan = CallPlan.Of(abi);
        Assert.True(plan.Select(p => p.Event.Id).Distinct().Count() >= least, $"{plan.Count} calls are planned, of {least} at least");
        var (made, records) = Make(plan);

        var differences = new StringBuilder();
        for (var i = 0; i < plan.Count; i++)
        {
            foreach (var difference in Differences(plan[i], made[i], records))
            {
                differences.AppendLine(CultureInfo.InvariantCulture, $"{plan[i].Call.Abi} {plan[i].Call.Number} {plan[i].Event.Name}: {difference}");
            }
        }

        Assert.True(differences.Length == 0, differences.ToString());
    }

    private (MadeCall[] Made, List<Record> Records) Make(IReadOnlyList<PlannedCall> plan)
    {
        using var directory = new TemporaryDirectory();
        using var cgroup = new CgroupOfItsOwn();
        File.CreateSymbolicLink(Path.Combine(directory.Path, "link"), "target-of-the-link");
        var file = Path.Combine(directory.Path, "calls");
        File.WriteAllLines(file, plan.Select(p => p.Line()));
        SelectionAlternative[] inside = [new() { Conditions = [new("cgroupId", SelectionCondition.OneOf) { Numbers = [(long)cgroup.Id] }] }];
        var filters = FilterCompiler.Compile(SystemCallTable.Events.Select(e => KeyValuePair.Create(e, (IReadOnlyList<SelectionAlternative>)inside)));
        var dropped = kernel.Programs.Accounts.Dropped();
        Trigger trigger = null!;
        var records = kernel.Watch(
            new EventSet(SystemCallTable.Events.Select(e => e.Id)),
            () => trigger = Trigger.RunIn(directory.Path, "calls", cgroup.Entrance, file),
            plan: filters);

        Assert.Equal(dropped, kernel.Programs.Accounts.Dropped());
        Assert.All(records, r => Assert.Equal(cgroup.Id, r.Head.CgroupId));
        return ([.. plan.Select((_, i) => MadeCall.Parse(trigger[i.ToString(CultureInfo.InvariantCulture)], directory.Path))], records);
    }

    private static IEnumerable<string> Differences(PlannedCall planned, MadeCall made, List<Record> records)
    {
        // The C library makes one set_robust_list before, in every new process.
        var own = records.Where(r => r.Head.HostPid == made.ProcessId && r.Event == planned.Event.Id).ToList();
        if (own.Count != (planned.Event.Name == "set_robust_list" ? 2 : 1))
        {
            yield return $"{own.Count} records";
            yield break;
        }

        var record = own[^1];
        var (body, parts) = record.ReadRaw<SystemCallBody>();
        if (record.Head.Syscall != planned.Call.Number || (record.Head.Flags & RecordFlags.Compat) != 0 != (planned.Call.Abi == SystemCallAbi.I386))
        {
            yield return $"number {record.Head.Syscall}, flags {record.Head.Flags}";
        }

        if (MadeCall.Shown(planned.Call.Abi, record.Head.ReturnValue) != made.Result && !IsRestarted(record.Head.ReturnValue))
        {
            yield return $"returned {record.Head.ReturnValue}, the caller got {made.Result}";
        }

        var part = (record.Head.Flags & RecordFlags.UtsPrivate) != 0 ? 1 : 0;
        for (var i = 0; i < planned.Event.Arguments.Count; i++)
        {
            var (kind, source) = planned.Call.Arguments[i];
            var (name, type) = planned.Event.Arguments[i];
            if (planned.Arguments[i].StartsWith("n:", StringComparison.Ordinal))
            {
                var shown = PlannedCall.Shown(type, body.Argument[i], default);
                if (shown != planned.Shown(i))
                {
                    yield return $"{name} is {shown:x}, given {planned.Shown(i):x}";
                }
            }
            else if (!planned.Call.Indirect && body.Argument[i] != made.Registers[(int)(source & SystemCallArgumentSource.Register)])
            {
                yield return $"{name} is at {body.Argument[i]:x}, given {made.Registers[(int)(source & SystemCallArgumentSource.Register)]:x}";
            }

            if (kind == SystemCallArgumentKind.Plain)
            {
                continue;
            }

            var expectedPart = made.Expected(planned, i);
            if (!parts[part].AsSpan().SequenceEqual(expectedPart))
            {
                yield return $"{name} points at {Convert.ToHexString(parts[part])}, given {Convert.ToHexString(expectedPart)}";
            }

            part++;
        }
    }

    // What the kernel returns to itself when a signal or a timer ends a call that it will make again.
    private static bool IsRestarted(long result) => result is <= -512 and >= -516;
}
