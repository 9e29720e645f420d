using TraceeMesh.Contracts;

namespace TraceeMesh.Signatures;

/// <summary>A thread as of a time, in an answer of <c>tracee/process_tree</c>. Times are ns since the epoch, 0 unknown.</summary>
/// <param name="value">One <c>{timestamp, info}</c> as it travelled.</param>
public readonly struct ThreadInfo(DataValue value)
{
    private readonly DataValue _info = value["info"];

    /// <summary>As of when this is said.</summary>
    public long Timestamp => value["timestamp"].Integer;

    /// <summary>Its entity id.</summary>
    public ulong EntityId => _info["entityId"].Unsigned;

    /// <summary>Its tid on the host.</summary>
    public int Tid => (int)_info["tid"].Integer;

    /// <summary>Its tid in its own pid namespace.</summary>
    public int NsTid => (int)_info["nsTid"].Integer;

    /// <summary>Pid of its process on the host.</summary>
    public int Pid => (int)_info["pid"].Integer;

    /// <summary>Its user then.</summary>
    public int UserId => (int)_info["userId"].Integer;

    /// <summary>Its group then.</summary>
    public int GroupId => (int)_info["groupId"].Integer;

    /// <summary>Its name then, at most 15 bytes.</summary>
    public string Name => _info["name"].Text;

    /// <summary>When it started.</summary>
    public long StartTime => _info["startTime"].Integer;

    /// <summary>When it ended; 0 while it lives.</summary>
    public long ExitTime => _info["exitTime"].Integer;

    /// <summary>Entity id of its process.</summary>
    public ulong ProcessEntityId => _info["processEntityId"].Unsigned;

    /// <summary>Whether it lived then.</summary>
    public bool IsAlive => _info["isAlive"].Bool;
}
