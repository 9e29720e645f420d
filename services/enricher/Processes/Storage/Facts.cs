using TraceeMesh.Contracts.Records;

namespace TraceeMesh.Enricher.Processes.Storage;

/// <summary>What a process executes, and in which container.</summary>
internal struct ImageFact : IFact
{
    public FactStamp At;

    // When it was executed; 0 unknown, or inherited at fork.
    public long ExecTime;
    public int Image;
    public int Container;
    public int Superseded;
    public bool Birth;

    public readonly FactStamp Stamp => At;

    public readonly bool IsBirth => Birth;

    public int Older
    {
        readonly get => Superseded;
        set => Superseded = value;
    }
}

/// <summary>Name and owner of a thread.</summary>
internal struct IdentityFact : IFact
{
    public FactStamp At;
    public Comm Name;
    public uint Uid;
    public uint Gid;
    public int Superseded;
    public bool Birth;

    public readonly FactStamp Stamp => At;

    public readonly bool IsBirth => Birth;

    public int Older
    {
        readonly get => Superseded;
        set => Superseded = value;
    }
}

/// <summary>Whose child a process is. The same entry is the child's in its log and the parent's in its chain of children.</summary>
internal struct ParentFact : IFact
{
    public FactStamp At;

    // When it stopped being so: with the child's end or its next parent.
    public FactStamp Until;
    public ulong ParentId;
    public Links Siblings;
    public uint ParentPid;
    public int Parent;
    public int Child;
    public int Superseded;

    public readonly FactStamp Stamp => At;

    public readonly bool IsBirth => false;

    public int Older
    {
        readonly get => Superseded;
        set => Superseded = value;
    }

    /// <summary>Children of the same parent.</summary>
    internal readonly struct Sibling : ILinksOf<ParentFact>
    {
        public static ref Links Of(ref ParentFact entry) => ref entry.Siblings;
    }
}

/// <summary>A program as it was started: shared by a process and those it forked.</summary>
internal struct Image
{
    public int File;
    public int Interpreter;

    // What a script names behind #!, and a program names itself.
    public int Interp;
    public int Command;
    public int Holders;
    public ushort CommandLength;
    public bool IsShim;
}
