using Microsoft.Win32.SafeHandles;

namespace TraceeMesh.Cli.Streams;

/// <summary>Standard output for lines that may come fast. .NET's console hides that the reader left; here it is an error, so that <c>tmesh events | head</c> ends.</summary>
internal static class StandardOutput
{
    public const int ReaderLeft = 32;

    private const int BufferSize = 64 * 1024;

    public static Stream Open()
    {
        var output = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);

        // A file has no reader to leave; and a file stream keeps a position of its own there, over which the next writer would write.
        return new BufferedStream(output.CanSeek ? Console.OpenStandardOutput() : output, BufferSize);
    }
}
