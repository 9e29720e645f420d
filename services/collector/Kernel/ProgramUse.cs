namespace TraceeMesh.Collector.Kernel;

/// <summary>When a program is attached.</summary>
internal enum ProgramUse
{
    /// <summary>As long as the programs are loaded.</summary>
    Always,

    /// <summary>While one of its events is on.</summary>
    OnDemand,

    /// <summary>When a snapshot is taken.</summary>
    Snapshot,

    /// <summary>Every system call passes it on its return; attached while it leads anywhere.</summary>
    ReturnGate,

    /// <summary>Every system call passes it when it begins; attached while it leads anywhere.</summary>
    BeginGate,

    /// <summary>Reached from the <see cref="ReturnGate"/> by its calls while one of its events is on.</summary>
    Returning,

    /// <summary>Reached from the <see cref="BeginGate"/> by its calls while one of its events is on.</summary>
    Beginning,
}
