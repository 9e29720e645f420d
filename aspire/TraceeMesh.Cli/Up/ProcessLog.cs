using System.Buffers;
using System.Text;

namespace TraceeMesh.Cli.Up;

/// <summary>
/// What one service instance printed: a file of at most <see cref="MaxBytes"/>, and the file before it as
/// <c>.1</c>. Lines worth a person's eye go to the terminal too.
/// </summary>
public sealed class ProcessLog : IDisposable
{
    public const int MaxBytes = 4 * 1024 * 1024;

    private const int MaxShownLine = 2048;
    private const int ReadSize = 16 * 1024;

    private readonly Lock _lock = new();
    private readonly string _path;
    private readonly string _instance;
    private readonly TextWriter _terminal;
    private readonly Func<string, bool> _shown;
    private FileStream _file;

    /// <param name="path">The file it appends to.</param>
    /// <param name="instance">What a line on the terminal begins with.</param>
    /// <param name="terminal">Where lines are shown.</param>
    /// <param name="shown">Which lines are.</param>
    public ProcessLog(string path, string instance, TextWriter terminal, Func<string, bool> shown)
    {
        (_path, _instance, _terminal, _shown) = (path, instance, terminal, shown);
        _file = Open(FileMode.Append);
    }

    /// <summary>Completes when the stream ends.</summary>
    public async Task Drain(Stream stream)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ReadSize);
        var line = new StringBuilder();
        try
        {
            int read;
            while ((read = await stream.ReadAsync(buffer)) > 0)
            {
                Append(buffer.AsSpan(0, read));
                Show(line, Encoding.UTF8.GetString(buffer, 0, read));
            }

            Show(line, "\n");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The last lines, for a message about how it ended.</summary>
    public IReadOnlyList<string> Tail(int lines)
    {
        lock (_lock)
        {
            _file.Flush();
        }

        return [.. File.ReadLines(_path).TakeLast(lines)];
    }

    public void Dispose() => _file.Dispose();

    private void Append(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            if (_file.Length + bytes.Length > MaxBytes)
            {
                _file.Dispose();
                File.Move(_path, _path + ".1", overwrite: true);
                _file = Open(FileMode.Create);
            }

            _file.Write(bytes);
            _file.Flush();
        }
    }

    private void Show(StringBuilder line, string text)
    {
        foreach (var character in text)
        {
            if (character != '\n')
            {
                if (line.Length < MaxShownLine)
                {
                    // A service prints what it saw, and what it saw may hold escapes: none reaches the terminal.
                    line.Append(char.IsControl(character) ? ' ' : character);
                }

                continue;
            }

            var whole = line.ToString().TrimEnd();
            line.Clear();
            if (whole.Length > 0 && _shown(whole))
            {
                _terminal.WriteLine($"{_instance}: {whole}");
            }
        }
    }

    private FileStream Open(FileMode mode) => new(_path, mode, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
}
