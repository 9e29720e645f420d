using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Signatures.BuiltIn.Files;

/// <summary>The path of a process's memory: <c>/proc/PID/mem</c>, by number or as <c>self</c>, or of one of its threads.</summary>
internal static class ProcessMemoryPath
{
    private static ReadOnlySpan<byte> Root => "/proc/"u8;

    /// <summary>What such paths begin and end with; <see cref="Is"/> decides.</summary>
    public static ArgumentFilter[] Conditions =>
        [ArgumentFilter.StartsWith(FileEvents.OpenedPath, "/proc/"), ArgumentFilter.EndsWith(FileEvents.OpenedPath, "/mem")];

    /// <summary>Whether a path is one.</summary>
    public static bool Is(Utf8Text path)
    {
        if (!path.StartsWith(Root))
        {
            return false;
        }

        var rest = path.Bytes[Root.Length..];
        return (TryTakeProcess(ref rest) && rest.SequenceEqual("mem"u8))
            || (TryTake(ref rest, "task/"u8) && TryTakeNumber(ref rest) && rest.SequenceEqual("mem"u8));
    }

    private static bool TryTakeProcess(ref ReadOnlySpan<byte> rest) =>
        TryTake(ref rest, "self/"u8) || TryTake(ref rest, "thread-self/"u8) || TryTakeNumber(ref rest);

    private static bool TryTakeNumber(ref ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (end <= 0 || rest[end] != '/')
        {
            return false;
        }

        rest = rest[(end + 1)..];
        return true;
    }

    private static bool TryTake(ref ReadOnlySpan<byte> rest, ReadOnlySpan<byte> beginning)
    {
        if (!rest.StartsWith(beginning))
        {
            return false;
        }

        rest = rest[beginning.Length..];
        return true;
    }
}
