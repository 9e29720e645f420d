namespace TraceeMesh.Enricher.Processes;

/// <content>Which session a process belongs to.</content>
public sealed partial class ProcessStore
{
    // A chain of parents in a record of a snapshot can be as wrong as its sender likes.
    private const int MaxDepth = 1024;

    /// <summary>
    /// Entity id of a process's session root: the ancestor that was a child of pid 1 or of a runtime's shim when it was
    /// forked. Inherited at fork, never changed by reparenting; 0 when unknown.
    /// </summary>
    public ulong SessionRootOf(int process)
    {
        if (process == 0)
        {
            return 0;
        }

        var at = process;
        for (var depth = 0; depth < MaxDepth && _processes[at].SessionRoot == 0; depth++)
        {
            ref var entry = ref _processes[at];
            if (!entry.IsParentTold)
            {
                return 0;
            }

            var parent = Find(entry.BirthParentId);
            if (entry.BirthParentPid <= 1 || (parent != 0 && _processes[parent].IsShim))
            {
                entry.SessionRoot = entry.EntityId;
            }
            else if (parent == 0)
            {
                return 0;
            }
            else
            {
                at = parent;
            }
        }

        // Not kept for those between: what is unknown now may be known after the snapshot.
        return _processes[process].SessionRoot = _processes[at].SessionRoot;
    }
}
