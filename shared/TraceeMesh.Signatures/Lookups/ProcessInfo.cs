using TraceeMesh.Contracts;

namespace TraceeMesh.Signatures;

/// <summary>A process as of a time, in an answer of <c>tracee/process_tree</c>. Times are ns since the epoch, 0 unknown; pids are the host's unless said otherwise.</summary>
/// <param name="value">One <c>{timestamp, info}</c> as it travelled.</param>
public readonly struct ProcessInfo(DataValue value)
{
    private readonly DataValue _info = value["info"];

    /// <summary>As of when this is said.</summary>
    public long Timestamp => value["timestamp"].Integer;

    /// <summary>Its entity id.</summary>
    public ulong EntityId => _info["entityId"].Unsigned;

    /// <summary>Its pid.</summary>
    public int Pid => (int)_info["pid"].Integer;

    /// <summary>Its pid in its own pid namespace.</summary>
    public int NsPid => (int)_info["nsPid"].Integer;

    /// <summary>Pid of its parent then.</summary>
    public int Ppid => (int)_info["ppid"].Integer;

    /// <summary>Full id of its container; empty on the host.</summary>
    public string ContainerId => _info["containerId"].Text;

    /// <summary>Its command line then, cut to 512 bytes.</summary>
    public IReadOnlyList<string> CommandLine => [.. _info["cmd"].List.Select(static v => v.Text)];

    /// <summary>What it executed last.</summary>
    public ExecutedFile Executable => new(_info["executionBinary"]);

    /// <summary>The interpreter (of a script, or the dynamic linker) of that.</summary>
    public ExecutedFile Interpreter => new(_info["interpreter"]);

    /// <summary>When it started.</summary>
    public long StartTime => _info["startTime"].Integer;

    /// <summary>When it executed last; 0 if it never did.</summary>
    public long ExecTime => _info["execTime"].Integer;

    /// <summary>When it ended; 0 while it lives.</summary>
    public long ExitTime => _info["exitTime"].Integer;

    /// <summary>Entity id of its parent; 0 unknown.</summary>
    public ulong ParentEntityId => _info["parentEntityId"].Unsigned;

    /// <summary>Whether it lived then.</summary>
    public bool IsAlive => _info["isAlive"].Bool;

    /// <summary>Threads alive then: tid and entity id.</summary>
    public IReadOnlyList<KeyValuePair<int, ulong>> Threads => Ids(_info["threadsIds"]);

    /// <summary>Children alive then: pid and entity id.</summary>
    public IReadOnlyList<KeyValuePair<int, ulong>> Children => Ids(_info["childProcessesIds"]);

    private static List<KeyValuePair<int, ulong>> Ids(DataValue map)
    {
        var ids = new List<KeyValuePair<int, ulong>>(map.Map.Length);
        foreach (var (text, id) in map.Map)
        {
            if (int.TryParse(text, out var number))
            {
                ids.Add(new(number, id.Unsigned));
            }
        }

        return ids;
    }
}
