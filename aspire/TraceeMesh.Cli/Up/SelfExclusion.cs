using System.Text.Json;
using System.Threading.Channels;
using TraceeMesh.Bus;
using TraceeMesh.Contracts.Mesh;

namespace TraceeMesh.Cli.Up;

/// <summary>
/// Tells the collector which processes are the mesh itself, so that it does not trace its own doing: at first, and
/// whenever one was started again.
/// </summary>
/// <param name="bus">The connection to ask on.</param>
/// <param name="subject">The control subject of the node.</param>
/// <param name="pids">All processes of the mesh, at the time of the call.</param>
/// <param name="messages">Where a refusal is said.</param>
/// <param name="time">The clock of the pauses.</param>
internal sealed class SelfExclusion(BusConnection bus, string subject, Func<IReadOnlyList<int>> pids, TextWriter messages, TimeProvider time)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(200);

    // Two changes before the collector was told are told as one.
    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>A process of the mesh was started.</summary>
    public void Changed() => _changed.Writer.TryWrite(true);

    /// <summary>Completes when cancelled.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                await Tell(cancellation);
                await _changed.Reader.ReadAsync(cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            // The mesh stops.
        }
    }

    private async Task Tell(CancellationToken cancellation)
    {
        while (!await TryTell(cancellation))
        {
            await Task.Delay(RetryPause, time, cancellation);
        }
    }

    private async Task<bool> TryTell(CancellationToken cancellation)
    {
        var request = JsonSerializer.SerializeToUtf8Bytes(new ControlRequest { Op = ControlRequest.Ignore, Pids = pids() }, MeshJson.Default.ControlRequest);
        using var reply = await bus.RequestAsync(subject, request, Timeout, BusHeaders.Json, cancellation);
        if (reply.Status != ReplyStatus.Ok)
        {
            return false;
        }

        if (Error(reply.Payload) is { } error)
        {
            messages.WriteLine($"the collector does not leave the mesh out of what it traces: {error}");
        }

        return true;
    }

    private static string? Error(ReadOnlySpan<byte> reply)
    {
        try
        {
            return JsonSerializer.Deserialize(reply, MeshJson.Default.ControlReply) switch
            {
                { Ok: true } => null,
                { Error: var error } => error,
                null => "its answer is empty",
            };
        }
        catch (JsonException exception)
        {
            return $"its answer is no JSON: {exception.Message}";
        }
    }
}
