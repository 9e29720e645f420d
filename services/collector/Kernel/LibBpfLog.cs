using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace TraceeMesh.Collector.Kernel;

/// <summary>Keeps what libbpf says while something is tried, so that a failure can be explained.</summary>
internal static unsafe class LibBpfLog
{
    /// <summary>Bytes kept of one message; the verifier's are long, and their end says why.</summary>
    private const int MessageBytes = 64 * 1024;

    /// <summary>Messages kept; the oldest go first.</summary>
    private const int MessagesKept = 64;

    /// <summary>Messages below this level (LIBBPF_DEBUG) are not kept.</summary>
    private const int LevelDebug = 2;

    private static readonly Lock Gate = new();
    private static readonly Queue<string> Messages = new();

    static LibBpfLog() => LibBpf.SetPrint(&Print);

    /// <summary>Forgets everything; also makes sure that libbpf prints here and nowhere else.</summary>
    internal static void Clear()
    {
        lock (Gate)
        {
            Messages.Clear();
        }
    }

    /// <summary>What was said since the last <see cref="Clear"/>, oldest first.</summary>
    internal static string[] Take()
    {
        lock (Gate)
        {
            string[] taken = [.. Messages];
            Messages.Clear();
            return taken;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Print(int level, byte* format, nint arguments)
    {
        if (level >= LevelDebug)
        {
            return 0;
        }

        // Nothing may be thrown through libbpf's frames; a message that cannot be kept is not worth the process.
        try
        {
            var buffer = new byte[MessageBytes];
            int length;
            fixed (byte* start = buffer)
            {
                length = LibC.FormatList(start, MessageBytes, format, arguments);
            }

            var text = Encoding.UTF8.GetString(buffer, 0, Math.Clamp(length, 0, MessageBytes - 1)).TrimEnd();
            lock (Gate)
            {
                if (Messages.Count == MessagesKept)
                {
                    Messages.Dequeue();
                }

                Messages.Enqueue(text);
            }

            return length;
        }
        catch (Exception)
        {
            return 0;
        }
    }
}
