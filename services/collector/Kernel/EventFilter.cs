using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TraceeMesh.Contracts.Records;

namespace TraceeMesh.Collector.Kernel;

/// <summary>Twin of <c>struct event_filter</c> in bpf/include/records.h: any of its alternatives lets an occurrence through.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct EventFilter
{
    /// <summary>How many alternatives there are.</summary>
    public uint Alternatives;

    /// <summary>What some alternative looks at.</summary>
    public FilterWants Wants;

    /// <summary>How many roots there are; 0: any path may be in a set.</summary>
    public uint RootCount;

    /// <summary>Zero.</summary>
    public uint Reserved;

    /// <summary>How the paths in its sets begin.</summary>
    public FilterRoots Root;

    /// <summary>The alternatives.</summary>
    public FilterAlternatives Alternative;
}

/// <summary>How the paths of a filter begin.</summary>
[InlineArray(RecordLimits.FilterRoots)]
public struct FilterRoots
{
    private FilterRoot _first;
}

/// <summary>Twin of <c>struct filter_root</c>: the first two names of a path.</summary>
[StructLayout(LayoutKind.Sequential)]
public record struct FilterRoot
{
    /// <summary>The first name.</summary>
    public FilterName First;

    /// <summary>The second.</summary>
    public FilterName Second;

    /// <summary>How a path begins.</summary>
    /// <param name="path">A path, or the beginning of one.</param>
    /// <param name="isWhole">Whether it is all of the path.</param>
    /// <returns>Null where it begins at no root: a file that hangs in no directory.</returns>
    public static FilterRoot? Of(ReadOnlySpan<byte> path, bool isWhole)
    {
        if (path is not [(byte)'/', .. var rest])
        {
            return null;
        }

        var end = rest.IndexOf((byte)'/');
        if (end < 0)
        {
            return new FilterRoot { First = FilterName.Of(rest, isWhole) };
        }

        var second = rest[(end + 1)..];
        var next = second.IndexOf((byte)'/');
        return new FilterRoot
        {
            First = FilterName.Of(rest[..end], isWhole: true),
            Second = next < 0 ? FilterName.Of(second, isWhole) : FilterName.Of(second[..next], isWhole: true),
        };
    }
}

/// <summary>Twin of <c>struct filter_name</c>: the first eight bytes of a name, with the NUL at its end, as far as they count.</summary>
[StructLayout(LayoutKind.Sequential)]
public record struct FilterName
{
    /// <summary>The bytes.</summary>
    public ulong Bytes;

    /// <summary>Those that count.</summary>
    public ulong Mask;

    /// <summary>A name, or the beginning of one.</summary>
    public static FilterName Of(ReadOnlySpan<byte> name, bool isWhole)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        Span<byte> mask = stackalloc byte[sizeof(ulong)];
        bytes.Clear();
        mask.Clear();
        var length = Math.Min(name.Length, sizeof(ulong));
        name[..length].CopyTo(bytes);
        mask[..Math.Min(name.Length + (isWhole ? 1 : 0), sizeof(ulong))].Fill(byte.MaxValue);
        return new FilterName { Bytes = BitConverter.ToUInt64(bytes), Mask = BitConverter.ToUInt64(mask) };
    }
}

/// <summary>What some alternative of a filter looks at. Twin of <c>enum filter_wants</c>.</summary>
[Flags]
public enum FilterWants : uint
{
    /// <summary>What costs nothing.</summary>
    None = 0,

    /// <summary>The path.</summary>
    Path = 1 << 0,

    /// <summary>The cgroup.</summary>
    Cgroup = 1 << 1,

    /// <summary>No alternative lets a path through that is in no set.</summary>
    OnlyPaths = 1 << 2,

    /// <summary>Numbers.</summary>
    Numbers = 1 << 3,
}

/// <summary>The alternatives of a filter.</summary>
[InlineArray(RecordLimits.FilterAlternatives)]
public struct FilterAlternatives
{
    private FilterAlternative _first;
}

/// <summary>Twin of <c>struct filter_alternative</c>: all of its terms hold, and the path is in one of its sets.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct FilterAlternative
{
    /// <summary>A bit for each set of paths; 0: any path.</summary>
    public ulong Paths;

    /// <summary>How many terms there are.</summary>
    public uint Terms;

    /// <summary>Zero.</summary>
    public uint Reserved;

    /// <summary>The terms.</summary>
    public FilterTerms Term;
}

/// <summary>The terms of an alternative.</summary>
[InlineArray(RecordLimits.FilterTerms)]
public struct FilterTerms
{
    private FilterTerm _first;
}

/// <summary>Twin of <c>struct filter_term</c>: a condition on one number.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct FilterTerm
{
    /// <summary>How it is compared.</summary>
    public TermKind Kind;

    /// <summary>Index of the argument, or a <see cref="TermValue"/>.</summary>
    public byte Value;

    /// <summary>Zero.</summary>
    public Padding6 Reserved;

    /// <summary>The least number, or the flags.</summary>
    public ulong Low;

    /// <summary>The greatest number.</summary>
    public ulong High;
}

/// <summary>Six bytes of explicit padding.</summary>
[InlineArray(6)]
public struct Padding6
{
    private byte _first;
}

/// <summary>How a term compares. Twin of <c>enum term_kind</c>.</summary>
public enum TermKind : byte
{
    /// <summary>It does not.</summary>
    None = 0,

    /// <summary>From the low to the high number, both included, signed.</summary>
    Between = 1,

    /// <summary>It has some of the flags.</summary>
    AnyFlag = 2,

    /// <summary>It has all of the flags.</summary>
    AllFlags = 3,

    /// <summary>It has none of the flags.</summary>
    NoFlag = 4,
}

/// <summary>What a term can look at beside the event's own arguments. Twin of <c>enum term_value</c>.</summary>
public enum TermValue : byte
{
    /// <summary>The first argument.</summary>
    Argument = 0,

    /// <summary>The user id on the host.</summary>
    Uid = 12,

    /// <summary>The cgroup's id.</summary>
    Cgroup = 13,

    /// <summary>1 in any cgroup but the root.</summary>
    InCgroup = 14,

    /// <summary>What the call returned.</summary>
    Result = 15,
}

/// <summary>What an event's switch says. Twin of <c>enum event_switch</c>.</summary>
public enum EventSwitch : byte
{
    /// <summary>Not produced.</summary>
    Off = 0,

    /// <summary>Produced.</summary>
    On = 1,

    /// <summary>Produced where the first filter lets it through; the further filters follow.</summary>
    Filter = 2,
}

/// <summary>Twin of <c>struct filter_path</c>: the beginning of a path; one that ends with a NUL is whole.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct FilterPath
{
    /// <summary>Bits of the path that count.</summary>
    public uint Bits;

    /// <summary>The path.</summary>
    public FilterPathBytes Path;
}

/// <summary>The bytes of a path.</summary>
[InlineArray(RecordLimits.FilterPathMax)]
public struct FilterPathBytes
{
    private byte _first;
}
