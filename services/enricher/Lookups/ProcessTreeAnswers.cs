using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Records;
using TraceeMesh.Enricher.Processes;

namespace TraceeMesh.Enricher.Lookups;

/// <summary>What the process tree knows, in the words of its answers: the fields of tracee's, times as ns since the epoch, 0 unknown.</summary>
/// <param name="processes">The tree.</param>
internal sealed class ProcessTreeAnswers(ProcessStore processes)
{
    private readonly List<TreeLink> _links = [];

    /// <summary>A thread.</summary>
    public DataValue Thread(in ThreadView state, in AsOf at)
    {
        var name = state.Name;
        return WithTime(at, DataValue.MapOf(
            ("entityId", state.Id),
            ("tid", (long)state.Tid),
            ("nsTid", (long)state.NsTid),
            ("pid", (long)state.Pid),
            ("userId", (long)state.Uid),
            ("groupId", (long)state.Gid),
            ("startTime", at.Epoch(state.Start)),
            ("exitTime", at.Epoch(state.Exit)),
            ("name", Text(RecordReader.Text(in name))),
            ("processEntityId", state.ProcessId),
            ("isAlive", state.IsAlive)));
    }

    /// <summary>A process and its ancestors.</summary>
    public DataValue Lineage(ReadOnlySpan<ProcessView> states, in Viewpoint asked, in AsOf at, ref Validity validity, ref bool whole)
    {
        var list = ImmutableArray.CreateBuilder<DataValue>(states.Length);
        var seen = asked;
        foreach (ref readonly var state in states)
        {
            // The first as of the question, each other as of its child's begin.
            seen = list.Count == 0 ? seen : seen.OfParent(state.Time);
            list.Add(Process(state, seen, at with { Time = state.Time }, ref validity, ref whole));
        }

        return DataValue.Of(list.MoveToImmutable());
    }

    /// <summary>A process.</summary>
    public DataValue Process(in ProcessView state, in Viewpoint seen, in AsOf at, ref Validity validity, ref bool whole) => WithTime(at, DataValue.MapOf(
        ("entityId", state.Id),
        ("pid", (long)state.Pid),
        ("nsPid", (long)state.NsPid),
        ("ppid", (long)state.ParentPid),
        ("containerId", Text(processes.Container(state))),
        ("cmd", List(processes.Command(state))),
        ("executionBinary", File(processes.Path(state), processes.File(state))),
        ("interpreter", File(processes.Interpreter(state), processes.InterpreterFile(state))),
        ("interp", File(processes.Interp(state), default)),
        ("startTime", at.Epoch(state.Start)),
        ("execTime", at.Epoch(state.ExecTime)),
        ("exitTime", at.Epoch(state.Exit)),
        ("parentEntityId", state.ParentId),
        ("threadsIds", Threads(state, seen, ref validity, ref whole)),
        ("childProcessesIds", Children(state, seen, ref validity, ref whole)),
        ("isAlive", state.IsAlive)));

    private static DataValue File(ReadOnlySpan<byte> path, in FileFacts facts) => DataValue.MapOf(
        ("path", Text(path)),
        ("hash", ""),
        ("inode", facts.Inode),
        ("device", (long)facts.Device),
        ("ctime", facts.Ctime),
        ("mode", (long)facts.Mode));

    private static DataValue Text(ReadOnlySpan<byte> text) => DataValue.Of(Encoding.UTF8.GetString(text));

    private static DataValue List(ReadOnlySpan<byte> texts)
    {
        var list = ImmutableArray.CreateBuilder<DataValue>();
        while (!texts.IsEmpty)
        {
            var end = texts.IndexOf((byte)0);
            list.Add(Text(end < 0 ? texts : texts[..end]));
            texts = end < 0 ? default : texts[(end + 1)..];
        }

        return DataValue.Of(list.ToImmutable());
    }

    private DataValue WithTime(in AsOf at, DataValue info) =>
        DataValue.MapOf(("timestamp", at.Epoch(at.Time == long.MaxValue ? processes.Now : at.Time)), ("info", info));

    private DataValue Threads(in ProcessView state, in Viewpoint seen, ref Validity validity, ref bool whole)
    {
        _links.Clear();
        whole &= state.Status == EntityStatus.NotBegun || processes.ThreadsOf(state.Process, seen, _links, ref validity);
        return Links();
    }

    private DataValue Children(in ProcessView state, in Viewpoint seen, ref Validity validity, ref bool whole)
    {
        _links.Clear();
        whole &= state.Status == EntityStatus.NotBegun || processes.ChildrenOf(state.Process, seen, _links, ref validity);
        return Links();
    }

    private DataValue Links()
    {
        // In the order of numbers: the same answer has the same bytes.
        _links.Sort(static (x, y) => x.Number.CompareTo(y.Number));
        var map = ImmutableArray.CreateBuilder<KeyValuePair<string, DataValue>>(_links.Count);
        foreach (var link in _links)
        {
            map.Add(new(link.Number.ToString(CultureInfo.InvariantCulture), DataValue.Of(link.Id)));
        }

        return DataValue.Of(map.MoveToImmutable());
    }
}
