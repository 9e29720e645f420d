namespace TraceeMesh.Enricher.Lookups;

/// <summary>What a process or thread is called by in a key.</summary>
public enum ProcessTreeName
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The entity id of a process.</summary>
    EntityId,

    /// <summary>The pid of a process on the host.</summary>
    Pid,

    /// <summary>The entity id of a thread.</summary>
    ThreadEntityId,

    /// <summary>The tid of a thread on the host.</summary>
    Tid,
}
