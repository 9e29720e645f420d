using System.Text.Json;
using Microsoft.Extensions.Logging;
using TraceeMesh.Bus;
using TraceeMesh.Contracts.Mesh;

namespace TraceeMesh.Enricher.Input;

/// <summary>Asks the collector for a fresh snapshot of what exists, until it says yes.</summary>
public static class SnapshotRequest
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    /// <summary>Asks until it is granted or cancelled.</summary>
    /// <param name="bus">The bus.</param>
    /// <param name="subject">Where the collector listens.</param>
    /// <param name="log">The log.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task RunAsync(BusConnection bus, string subject, ILogger log, CancellationToken cancellation)
    {
        var request = JsonSerializer.SerializeToUtf8Bytes(new ControlRequest { Op = ControlRequest.Snapshot }, MeshJson.Default.ControlRequest);
        var told = "";
        while (true)
        {
            using var reply = await bus.RequestAsync(subject, request, Timeout, BusHeaders.Json, cancellation);
            var refusal = Refusal(reply);
            if (refusal.Length == 0)
            {
                log.LogInformation("the collector puts a fresh snapshot into the stream");
                return;
            }

            if (refusal != told)
            {
                log.LogWarning("no fresh snapshot yet, asked again: {Refusal}", refusal);
                told = refusal;
            }

            await Task.Delay(Timeout, bus.Time, cancellation);
        }
    }

    private static string Refusal(BusReply reply)
    {
        if (reply.Status != ReplyStatus.Ok)
        {
            return reply.Status.ToString();
        }

        try
        {
            var answer = JsonSerializer.Deserialize(reply.Payload, MeshJson.Default.ControlReply);
            return answer is { Ok: true } ? "" : answer?.Error ?? "an empty answer";
        }
        catch (JsonException e)
        {
            return e.Message;
        }
    }
}
