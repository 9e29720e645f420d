using System.Diagnostics;
using System.Text.Json.Nodes;

namespace TraceeMesh.TestKit;

/// <summary>The programs that started inside containers, as <c>tmesh events sched_process_exec --json</c> prints them.</summary>
public sealed class ExecLog : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly List<(JsonObject Event, double Delay)> _seen = [];
    private readonly Process _follow;
    private readonly Task _reading;
    private volatile bool _started;

    private ExecLog(Process follow)
    {
        _follow = follow;
        _reading = ReadAsync();
    }

    /// <summary>Starts to follow; every exec after it returns will be in the log.</summary>
    public static async Task<ExecLog> StartAsync(LiveMesh mesh)
    {
        var log = new ExecLog(mesh.Follow("events", "sched_process_exec", "--json"));
        await TestWait.Until(
            async () =>
            {
                using var marker = Process.Start("/bin/true");
                await marker.WaitForExitAsync();
                return log._started;
            },
            "the first exec event",
            30);
        return log;
    }

    /// <summary>Those of one container, in order.</summary>
    public IReadOnlyList<JsonObject> In(string containerId)
    {
        lock (_lock)
        {
            return [.. _seen.Select(s => s.Event).Where(e => (string?)e["containerId"] == containerId)];
        }
    }

    /// <summary>How long after each of them its line came, in milliseconds.</summary>
    public IReadOnlyList<double> Delays(string containerId)
    {
        lock (_lock)
        {
            return [.. _seen.Where(s => (string?)s.Event["containerId"] == containerId).Select(s => s.Delay)];
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _follow.Kill();
        await _reading;
        _follow.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _follow.StandardOutput.ReadLineAsync() is { } line)
        {
            var now = (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMilliseconds;
            _started = true;
            var e = JsonNode.Parse(line)!.AsObject();
            if ((string?)e["containerId"] is { Length: > 0 })
            {
                lock (_lock)
                {
                    _seen.Add((e, now - ((long)e["timestamp"]! / 1e6)));
                }
            }
        }
    }
}
