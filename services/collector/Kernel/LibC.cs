using System.Runtime.InteropServices;

namespace TraceeMesh.Collector.Kernel;

/// <summary>The calls of the C library that the kernel room makes itself.</summary>
internal static unsafe partial class LibC
{
    internal const int ProtectRead = 1;
    internal const int ProtectWrite = 2;
    internal const int MapShared = 1;
    internal const int ClockBoottime = 7;
    internal const int ErrorAgain = 11;
    internal const int ErrorInterrupted = 4;

    internal const int OpenDirectory = 0x10000 | 0x80000; // O_DIRECTORY, O_CLOEXEC

    internal const int LockExclusiveAtOnce = 2 | 4; // LOCK_EX, LOCK_NB

    private const string Library = "libc.so.6";
    private const int MemoryBarrier = 324;
    private const int MemoryBarrierGlobal = 1;

    [LibraryImport(Library, EntryPoint = "mmap", SetLastError = true)]
    internal static partial nint Map(nint address, nuint length, int protection, int flags, int descriptor, long offset);

    [LibraryImport(Library, EntryPoint = "munmap")]
    internal static partial int Unmap(nint address, nuint length);

    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    internal static partial nint Read(int descriptor, void* buffer, nuint length);

    [LibraryImport(Library, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(string path, int flags);

    /// <summary>Locks an open file or directory for this process; the kernel lets go of it with its last descriptor.</summary>
    [LibraryImport(Library, EntryPoint = "flock", SetLastError = true)]
    internal static partial int Lock(int descriptor, int operation);

    /// <summary>Removes an empty directory.</summary>
    [LibraryImport(Library, EntryPoint = "rmdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int RemoveDirectory(string path);

    [LibraryImport(Library, EntryPoint = "close")]
    internal static partial int Close(int descriptor);

    [LibraryImport(Library, EntryPoint = "clock_gettime", SetLastError = true)]
    internal static partial int ClockGetTime(int clock, Timespec* time);

    /// <summary>Returns when every program that ran at the call has ended.</summary>
    /// <returns>Whether it could wait.</returns>
    internal static bool WaitForReaders() => SystemCall(MemoryBarrier, MemoryBarrierGlobal, 0) == 0;

    [LibraryImport(Library, EntryPoint = "syscall")]
    private static partial nint SystemCall(nint number, nint first, nint second);

    [LibraryImport(Library, EntryPoint = "vsnprintf")]
    internal static partial int FormatList(byte* buffer, nuint size, byte* format, nint arguments);

    /// <summary>Twin of <c>struct timespec</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
