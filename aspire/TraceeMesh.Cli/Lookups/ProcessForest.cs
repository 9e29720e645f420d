using System.Text;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Lookups;

namespace TraceeMesh.Cli.Lookups;

/// <summary>Processes drawn as the trees they are.</summary>
internal sealed class ProcessForest
{
    private readonly Dictionary<long, Process> _processes = [];
    private readonly Dictionary<long, List<Process>> _children = [];

    /// <summary>Adds an entry of <c>tracee/process_tree</c>.</summary>
    public void Add(SourceEntry entry)
    {
        var info = Fields.Of(Fields.Of(entry.Values, "process_info"), "info");
        var process = new Process(Number(info, "pid"), Number(info, "ppid"), CommandOf(info), Fields.Text(Fields.Of(info, "containerId"), 12).TrimEnd('…'));
        _processes[process.Pid] = process;
        if (!_children.TryGetValue(process.Parent, out var siblings))
        {
            _children[process.Parent] = siblings = [];
        }

        siblings.Add(process);
    }

    /// <summary>A line for each process, those without a parent here first.</summary>
    public IEnumerable<string> Draw()
    {
        var lines = new List<string>();
        foreach (var root in _processes.Values.Where(p => !_processes.ContainsKey(p.Parent) || p.Parent == p.Pid).OrderBy(p => p.Pid))
        {
            Draw(root, "", "", lines);
        }

        return lines;
    }

    /// <summary>What a process runs: its arguments, or its file.</summary>
    public static string CommandOf(DataValue info) =>
        Fields.Text(Fields.Of(info, "cmd"), 100) is { Length: > 0 } command ? command : Fields.Text(Fields.Of(Fields.Of(info, "executionBinary"), "path"), 100);

    /// <summary>A number of an answer.</summary>
    public static long Number(DataValue info, string name) => Fields.Of(info, name) is { Kind: DataKind.Integer } number ? number.Integer : 0;

    // As deep as the kernel lets processes be: deeper only where a pid was given twice while the pages came.
    private void Draw(Process process, string lead, string below, List<string> lines)
    {
        const int Deepest = 200;
        lines.Add($"{lead}{process.Pid} {process.Command}{(process.Container.Length > 0 ? $"  [{process.Container}]" : "")}");
        if (!_children.Remove(process.Pid, out var children) || below.Length > 3 * Deepest)
        {
            return;
        }

        children.RemoveAll(c => c.Pid == process.Pid);
        for (var i = 0; i < children.Count; i++)
        {
            var last = i == children.Count - 1;
            Draw(children[i], below + (last ? "└─ " : "├─ "), below + (last ? "   " : "│  "), lines);
        }
    }

    private sealed record Process(long Pid, long Parent, string Command, string Container);
}
