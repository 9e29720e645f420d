namespace TraceeMesh.Enricher.Processes;

/// <summary>A program as a record of an exec or of the snapshot tells of it.</summary>
public readonly ref struct ProgramFacts
{
    /// <summary>Path of the executable; empty unknown.</summary>
    public ReadOnlySpan<byte> Path { get; init; }

    /// <summary>What identifies it beside its path.</summary>
    public FileFacts File { get; init; }

    /// <summary>Path of the dynamic loader; empty without one.</summary>
    public ReadOnlySpan<byte> Interpreter { get; init; }

    /// <summary>What identifies that.</summary>
    public FileFacts InterpreterFile { get; init; }

    /// <summary>The file that is interpreted in the end: a script's <c>#!</c>, or the program itself.</summary>
    public ReadOnlySpan<byte> Interp { get; init; }

    /// <summary>Its arguments, each ended by a NUL; empty unknown.</summary>
    public ReadOnlySpan<byte> Arguments { get; init; }
}
