namespace TraceeMesh.Enricher.Processes.Storage;

/// <summary>A process or thread: its number (pid, tid) on the host and its start tell it from all others of its boot.</summary>
internal interface IEntity
{
    /// <summary>Its entity id.</summary>
    public ulong Id { get; }

    /// <summary>Its pid or tid on the host.</summary>
    public uint Number { get; }

    /// <summary>Its start, ns since boot.</summary>
    public long Start { get; }
}
