using System.Runtime.InteropServices;

namespace TraceeMesh.Collector.Snapshot;

/// <summary>Inode and change time of a file, by statx(2), whose layout is the same on every architecture.</summary>
internal static unsafe partial class FileIdentity
{
    private const int CurrentDirectory = -100;
    private const int NoFollow = 0x100;
    private const uint InodeAndCtime = 0x100 | 0x80;
    private const int StatxSize = 256;
    private const int InodeOffset = 32;
    private const int CtimeSecondsOffset = 96;
    private const int CtimeNanosecondsOffset = 104;

    /// <summary>Reads them; false when the file is gone.</summary>
    public static bool TryRead(string path, out ulong inode, out ulong ctime)
    {
        var buffer = stackalloc byte[StatxSize];
        var ok = Statx(CurrentDirectory, path, NoFollow, InodeAndCtime, buffer) == 0;
        inode = ok ? *(ulong*)(buffer + InodeOffset) : 0;
        ctime = ok ? (*(ulong*)(buffer + CtimeSecondsOffset) * 1_000_000_000) + *(uint*)(buffer + CtimeNanosecondsOffset) : 0;
        return ok;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, byte* buffer);
}
