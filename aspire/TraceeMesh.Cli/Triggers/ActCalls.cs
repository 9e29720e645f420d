using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace TraceeMesh.Cli.Triggers;

/// <summary>The system calls of the acts.</summary>
internal static partial class ActCalls
{
    private const int PeekData = 2;
    private const int PokeData = 5;
    private const int TraceMe = 0;
    private const int Attach = 16;
    private const int Detach = 17;
    private const int WaitForAll = 0x40000000;

    private const int Read = 1;
    private const int Write = 2;
    private const int Execute = 4;
    private const int PrivateAnonymous = 0x22;
    private const nuint PageSize = 4096;
    private const nint MapFailed = -1;

    private const nuint SetInterfaceFlags = 0x8914;
    private const short UpAndRunning = 0x41;

    /// <summary>Of one word at the end of the stack, where a process of Linux always has one of zeros.</summary>
    private const int Word = 8;

    public static void LetParentTrace() => Check(Trace(TraceMe, 0, 0, 0), "ptrace(PTRACE_TRACEME)");

    /// <summary>Writes the last word of a process's stack back by ptrace.</summary>
    public static void PokeStack(int pid)
    {
        var address = LastWordOfStack(pid);
        Check(Trace(Attach, pid, 0, 0), "ptrace(PTRACE_ATTACH)");
        Check(WaitFor(pid, out _, WaitForAll), "waitpid");
        var word = Trace(PeekData, pid, address, 0);
        Check(Trace(PokeData, pid, address, word), "ptrace(PTRACE_POKEDATA)");
        Check(Trace(Detach, pid, 0, 0), "ptrace(PTRACE_DETACH)");
    }

    /// <summary>Writes the last word of a process's stack back by process_vm_writev.</summary>
    public static unsafe void WriteStack(int pid)
    {
        ulong word = 0;
        var ours = new Range((nint)(&word), Word);
        var theirs = new Range(LastWordOfStack(pid), Word);
        Check(ReadProcess(pid, &ours, 1, &theirs, 1, 0), "process_vm_readv");
        Check(WriteProcess(pid, &ours, 1, &theirs, 1, 0), "process_vm_writev");
    }

    /// <summary>Makes a page that could be written and executed executable only.</summary>
    public static void SealWritablePage()
    {
        var page = Map(0, PageSize, Read | Write | Execute, PrivateAnonymous, -1, 0);
        Check(page == MapFailed ? -1 : 0, "mmap");
        Check(Protect(page, PageSize, Read | Execute), "mprotect");
        Check(Unmap(page, PageSize), "munmap");
    }

    /// <summary>Brings the loopback interface of a new network namespace up.</summary>
    public static unsafe void RaiseLoopback()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var request = default(InterfaceRequest);
        "lo"u8.CopyTo(new Span<byte>(request.Name, InterfaceRequest.NameSize));
        request.Flags = UpAndRunning;
        Check(Control((int)socket.Handle, SetInterfaceFlags, &request), "ioctl(SIOCSIFFLAGS)");
    }

    public static void TakeAsStandardInput(Socket socket) => Check(Duplicate((int)socket.Handle, 0), "dup2");

    private static nint LastWordOfStack(int pid)
    {
        var stack = File.ReadLines($"/proc/{pid}/maps").First(line => line.EndsWith("[stack]", StringComparison.Ordinal));
        var end = stack.AsSpan(stack.IndexOf('-', StringComparison.Ordinal) + 1);
        return nint.Parse(end[..end.IndexOf(' ')], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) - Word;
    }

    private static void Check(nint result, string call)
    {
        if (result < 0)
        {
            throw new IOException($"{call}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "ptrace", SetLastError = true)]
    private static partial nint Trace(nint request, nint pid, nint address, nint data);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    private static partial int WaitFor(int pid, out int status, int options);

    [LibraryImport("libc", EntryPoint = "process_vm_readv", SetLastError = true)]
    private static unsafe partial nint ReadProcess(int pid, Range* local, nuint locals, Range* remote, nuint remotes, nuint flags);

    [LibraryImport("libc", EntryPoint = "process_vm_writev", SetLastError = true)]
    private static unsafe partial nint WriteProcess(int pid, Range* local, nuint locals, Range* remote, nuint remotes, nuint flags);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int Protect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int Unmap(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static unsafe partial int Control(int descriptor, nuint request, InterfaceRequest* argument);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int Duplicate(int from, int to);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Range(nint Start, nuint Length);

    [StructLayout(LayoutKind.Sequential, Size = 40)]
    private unsafe struct InterfaceRequest
    {
        public const int NameSize = 16;

        public fixed byte Name[NameSize];
        public short Flags;
    }
}
