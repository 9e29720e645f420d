using System.Runtime.InteropServices;

namespace TraceeMesh.Cli.Up;

/// <summary>The system calls the runner needs and .NET does not wrap.</summary>
internal static partial class SystemCalls
{
    public const int SigInt = 2;
    public const int SigKill = 9;
    public const int SigTerm = 15;

    public const int LockShared = 1;
    public const int LockExclusiveAtOnce = 2 | 4;

    private const int OpenDirectoryFlags = 0x10000 | 0x80000; // O_DIRECTORY, O_CLOEXEC
    private const int SigQuit = 3;
    private const nint DefaultAction = 0;
    private const int NoSuchProcess = 3;

    /// <summary>A process that is gone already needs no signal.</summary>
    public static void Signal(int pid, int signal)
    {
        if (Kill(pid, signal) != 0 && Marshal.GetLastPInvokeError() != NoSuchProcess)
        {
            throw new IOException($"signal {signal} to process {pid}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>
    /// A shell without job control starts what it puts in the background with SIGINT and SIGQUIT ignored, and .NET
    /// leaves ignored what it finds ignored. A mesh started that way is asked to end by them all the same.
    /// </summary>
    public static void HeedInterrupts()
    {
        SetHandler(SigInt, DefaultAction);
        SetHandler(SigQuit, DefaultAction);
    }

    /// <summary>Does not follow a link.</summary>
    public static void GiveTo(string path, uint uid, uint gid)
    {
        if (ChangeOwner(path, uid, gid) != 0)
        {
            throw new IOException($"{path} cannot be given to user {uid}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>Opens a directory to lock it; null where there is none or it may not be opened.</summary>
    public static int? OpenDirectory(string path) => Open(path, OpenDirectoryFlags) is var descriptor && descriptor >= 0 ? descriptor : null;

    /// <summary>Locks what is open; the lock goes with its last descriptor.</summary>
    public static bool TryLock(int descriptor, int operation) => Lock(descriptor, operation) == 0;

    /// <summary>Closes a descriptor.</summary>
    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    /// <summary>Removes a directory if it is empty.</summary>
    [LibraryImport("libc", EntryPoint = "rmdir", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RemoveEmptyDirectory(string path);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Lock(int descriptor, int operation);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetHandler(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint uid, uint gid);
}
