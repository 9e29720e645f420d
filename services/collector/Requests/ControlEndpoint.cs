using System.Text.Json;
using TraceeMesh.Bus;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.Contracts.Mesh;

namespace TraceeMesh.Collector.Requests;

/// <summary>Answers requests on <c>tracee.control.&lt;node&gt;</c>.</summary>
public sealed class ControlEndpoint
{
    /// <summary>What the kernel side has produced, now.</summary>
    public required Func<LedgerCut> Cut { get; init; }

    /// <summary>Asks for a snapshot in the stream.</summary>
    public required Action Snapshot { get; init; }

    /// <summary>Stops tracing a process of the mesh; says why where it cannot.</summary>
    public required Func<int, string?> Ignore { get; init; }

    /// <summary>Answers one message.</summary>
    public void Answer(IncomingMessage message) => message.Respond(Answer(message.Payload), BusHeaders.Json);

    /// <summary>The answer to one request.</summary>
    public byte[] Answer(ReadOnlySpan<byte> request)
    {
        try
        {
            var read = JsonSerializer.Deserialize(request, MeshJson.Default.ControlRequest);
            return read?.Op switch
            {
                ControlRequest.Cut => JsonSerializer.SerializeToUtf8Bytes(Cut(), MeshJson.Default.LedgerCut),
                ControlRequest.Snapshot => AskForSnapshot(),
                ControlRequest.Ignore => Reply(IgnoreAll(read.Pids)),
                _ => Reply($"there is no op '{read?.Op}'; there are cut, snapshot, ignore"),
            };
        }
        catch (JsonException e)
        {
            return Reply($"not a control request: {e.Message}");
        }
    }

    private static byte[] Reply(string? error = null) =>
        JsonSerializer.SerializeToUtf8Bytes(new ControlReply(error is null, error ?? ""), MeshJson.Default.ControlReply);

    private byte[] AskForSnapshot()
    {
        Snapshot();
        return Reply();
    }

    private string? IgnoreAll(IReadOnlyList<int> pids)
    {
        foreach (var pid in pids)
        {
            if (Ignore(pid) is { } error)
            {
                return error;
            }
        }

        return null;
    }
}
