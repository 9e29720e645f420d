using Microsoft.Extensions.Logging;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;

namespace TraceeMesh.Detector.Partitions;

/// <summary>Puts frames aside that could not be decoded, with the reason and where they were found in headers.</summary>
public sealed partial class DeadLetters(PartitionParts parts)
{
    private const int Attempts = 5;
    private const int HeaderRoom = 4096;
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Puts a frame aside. It is tried five times: a partition does not stand still for want of room for what nobody can read, and
    /// the books name the events as lost either way.
    /// </summary>
    /// <param name="safeNode">The node, as the subject names it.</param>
    /// <param name="message">The frame.</param>
    /// <param name="reason">What is wrong with it.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task PutAsync(string safeNode, JetStreamMessage message, string reason, CancellationToken cancellation)
    {
        var sequence = message.Metadata.StreamSequence;
        LogUnreadable(parts.Log, message.Subject, sequence, reason);
        var headers = BusHeaders.MessagePack
            .With("Tracee-Reason", reason)
            .With("Tracee-Subject", message.Subject)
            .With("Tracee-Sequence", sequence.ToString());
        var payload = message.PayloadMemory[..Math.Min(message.PayloadMemory.Length, Limits.MessageBytes - HeaderRoom)];
        var subject = parts.Subjects.Dead("detector", safeNode);
        var id = $"{message.Subject}.{sequence}.{message.Metadata.TimeNanoseconds}";
        var outcome = "";
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var ack = await parts.JetStream.PublishAsync(subject, payload.Span, id, headers, cancellation);
            if (ack.IsStored)
            {
                return;
            }

            outcome = ack.Description ?? ack.Status.ToString();
            await Task.Delay(Retry, parts.Time, cancellation);
        }

        parts.Counters.DeadLettersLost.Add();
        LogNotPutAside(parts.Log, message.Subject, sequence, outcome);
    }

    [LoggerMessage(50, LogLevel.Error, "the frame on {Subject} with sequence {Sequence} cannot be decoded ({Reason}); it is put aside and its events are lost")]
    private static partial void LogUnreadable(ILogger log, string subject, long sequence, string reason);

    [LoggerMessage(51, LogLevel.Error, "the frame on {Subject} with sequence {Sequence} could not be put aside: {Outcome}")]
    private static partial void LogNotPutAside(ILogger log, string subject, long sequence, string outcome);
}
