using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;

namespace TraceeMesh.Detector.Engine;

/// <summary>How long threads had work and no CPU to do it on, as the kernel counts it for each.</summary>
public static partial class RunQueue
{
    [ThreadStatic]
    private static int _thisThread;

    /// <summary>The kernel's number of the thread that asks.</summary>
    public static int ThisThread => _thisThread != 0 ? _thisThread : _thisThread = GetThreadId();

    /// <summary>How long a thread of this process waited for a CPU so far; zero of one that has ended, and where the kernel does not say.</summary>
    /// <param name="thread">Its number.</param>
    public static TimeSpan WaitOf(int thread)
    {
        try
        {
            // Nanoseconds on a CPU, nanoseconds waiting for one, and how often it was given one.
            var text = File.ReadAllBytes(string.Create(CultureInfo.InvariantCulture, $"/proc/self/task/{thread}/schedstat"));
            var waited = text.AsSpan()[(text.AsSpan().IndexOf((byte)' ') + 1)..];
            return Utf8Parser.TryParse(waited, out long nanoseconds, out _) ? TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick) : TimeSpan.Zero;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return TimeSpan.Zero;
        }
    }

    [LibraryImport("libc", EntryPoint = "gettid")]
    private static partial int GetThreadId();
}
