using System.Globalization;

namespace TraceeMesh.Cli.Findings;

/// <summary>
/// Findings as lines for people: the first one of its kind at once, its repeats (<see cref="FindingKey"/>) as one line with their
/// count when the window ends. The window doubles for as long as repeats come in each; one without any, and the next finding is a
/// first one. What is stored is not touched by it.
/// </summary>
/// <param name="print">Takes a line; never called by two threads at a time.</param>
/// <param name="time">The clock.</param>
public sealed class FindingFold(Action<string> print, TimeProvider time)
{
    /// <summary>Kinds that are remembered; one more, and the lines held are printed and all of them forgotten.</summary>
    public const int MaxKinds = 1024;

    /// <summary>The first window.</summary>
    public static readonly TimeSpan FirstWindow = TimeSpan.FromSeconds(2);

    /// <summary>The longest window.</summary>
    public static readonly TimeSpan LastWindow = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly Dictionary<FindingKey, Kind> _kinds = [];

    /// <summary>Takes a finding. Returns false when the payload is none.</summary>
    public bool TryTake(ReadOnlyMemory<byte> payload)
    {
        if (!FindingLine.TryFormat(payload, out var line, out var key, out var happened))
        {
            return false;
        }

        lock (_gate)
        {
            // In the time of findings, so that a history folds as it would have when it happened.
            EndWindows(kind => happened - kind.Begun >= kind.Window);
            if (_kinds.TryGetValue(key, out var kind))
            {
                kind.Held++;
                kind.All++;
                kind.Line = line;
                kind.Last = happened;
                kind.HeldSince = kind.Held == 1 ? time.GetTimestamp() : kind.HeldSince;
            }
            else
            {
                if (_kinds.Count == MaxKinds)
                {
                    EndWindows(_ => true);
                    _kinds.Clear();
                }

                _kinds[key] = new Kind { Begun = happened, Window = FirstWindow };
                print(line);
            }
        }

        return true;
    }

    /// <summary>Prints what is held.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            EndWindows(_ => true);
        }
    }

    /// <summary>Prints what has been held for long enough although no further finding comes, until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(TickInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation))
            {
                lock (_gate)
                {
                    EndWindows(kind => kind.Held > 0 && time.GetElapsedTime(kind.HeldSince) >= kind.Window);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Asked to end.
        }
    }

    private void EndWindows(Func<Kind, bool> ends)
    {
        foreach (var (key, kind) in _kinds)
        {
            if (!ends(kind))
            {
                continue;
            }

            if (kind.Held > 0)
            {
                print(kind.Held == 1 ? kind.Line : string.Create(CultureInfo.InvariantCulture, $"{kind.Line}  [{kind.Held} more, {kind.All} in all]"));
                kind.Begun = kind.Last;
                kind.Window = kind.Window * 2 < LastWindow ? kind.Window * 2 : LastWindow;
                kind.Held = 0;
            }
            else
            {
                _kinds.Remove(key);
            }
        }
    }

    private sealed class Kind
    {
        public DateTimeOffset Begun { get; set; }

        public DateTimeOffset Last { get; set; }

        public TimeSpan Window { get; set; }

        public int Held { get; set; }

        public long HeldSince { get; set; }

        public long All { get; set; } = 1;

        public string Line { get; set; } = "";
    }
}
