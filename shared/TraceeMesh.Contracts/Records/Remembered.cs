namespace TraceeMesh.Contracts.Records;

/// <summary>What the kernel side remembers from one event to another. Twin of <c>enum remembered</c>.</summary>
public enum Remembered
{
    /// <summary>The name of a task before its exec.</summary>
    Execs = 0,

    /// <summary>Who asked the name server.</summary>
    Sockets = 1,

    /// <summary>What a task was like when its call began.</summary>
    Calls = 2,

    /// <summary>Files opened for writing, not written yet.</summary>
    Files = 3,

    /// <summary>TCP connections.</summary>
    Flows = 4,
}
