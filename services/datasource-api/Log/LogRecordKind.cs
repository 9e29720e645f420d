namespace TraceeMesh.DataSourceApi.Log;

/// <summary>The records of a source's log and of its snapshots, by their number on the wire.</summary>
public enum LogRecordKind
{
    /// <summary>One or several whole writes: <c>[1, 0, [[id, atomic, items], ...]]</c>.</summary>
    Writes = 0,

    /// <summary>A part of a large write: <c>[1, 1, id, index, items]</c>.</summary>
    Part = 1,

    /// <summary>Makes the parts of a write visible: <c>[1, 2, id, parts, checksum, atomic]</c>.</summary>
    Commit = 2,

    /// <summary>Drops the parts of a write: <c>[1, 3, id]</c>.</summary>
    Abort = 3,

    /// <summary>A part of a snapshot: <c>[1, 4, id, index, [[key, value, revision, time], ...]]</c>.</summary>
    SnapshotPart = 4,

    /// <summary>Makes a snapshot whole: <c>[1, 5, id, parts, checksum, first part, as of, replay from, evicted]</c>.</summary>
    SnapshotCommit = 5,
}
