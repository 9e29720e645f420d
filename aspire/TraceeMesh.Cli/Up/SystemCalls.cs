using System.Runtime.InteropServices;

namespace TraceeMesh.Cli.Up;

/// <summary>The system calls the runner needs and .NET does not wrap.</summary>
internal static partial class SystemCalls
{
    public const int SigKill = 9;
    public const int SigTerm = 15;

    private const int SigInt = 2;
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

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetHandler(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint uid, uint gid);
}
