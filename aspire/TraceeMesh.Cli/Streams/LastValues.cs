using TraceeMesh.Bus;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Streams;

/// <summary>The last message of every subject of a stream.</summary>
internal static class LastValues
{
    private static readonly TimeSpan InactiveThreshold = TimeSpan.FromSeconds(5);

    /// <summary>None when the stream, of one subject with wildcards, is not there.</summary>
    public static async Task<IReadOnlyList<ReadOnlyMemory<byte>>> Read(JetStream jetStream, StreamDefinition definition, CancellationToken cancellation)
    {
        var stream = definition.Name;
        if (await jetStream.FindStreamAsync(stream, cancellation) is null)
        {
            return [];
        }

        var last = new ConsumerDefinition(stream) { FilterSubject = definition.Subjects[0], Start = ConsumerStart.LastPerSubject, InactiveThreshold = InactiveThreshold };
        await using var consumer = await jetStream.CreateConsumerAsync(last, cancellation: cancellation);
        var values = new List<ReadOnlyMemory<byte>>();
        for (var left = consumer.Created.Pending; left > 0; left--)
        {
            var result = await consumer.ReadAsync(cancellation);
            if (result.Status != PullStatus.Message)
            {
                throw new BusException(BusErrorKind.Disconnected, $"reading {stream} was interrupted ({result.Status}): try again");
            }

            values.Add(result.Message!.Payload.ToArray());
            result.Message.Dispose();
        }

        return values;
    }
}
