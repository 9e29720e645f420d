using System.Collections.Concurrent;

namespace TraceeMesh.TestKit.Runtimes;

/// <summary>The last lines a daemon printed, for a failing test.</summary>
internal sealed class TestLog
{
    private const int MaxLines = 60;

    private readonly ConcurrentQueue<string> _lines = new();

    public void Add(string? line)
    {
        _lines.Enqueue(line ?? "");
        while (_lines.Count > MaxLines)
        {
            _lines.TryDequeue(out _);
        }
    }

    public override string ToString() => string.Join('\n', _lines);
}
