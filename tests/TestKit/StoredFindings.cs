using System.Text.Json.Nodes;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;

namespace TraceeMesh.TestKit;

/// <summary>What the stream of findings holds.</summary>
public static class StoredFindings
{
    /// <summary>The findings on children of these processes, by signature.</summary>
    /// <param name="bus">A connection that may read streams.</param>
    /// <param name="parents">The processes.</param>
    public static async Task<Dictionary<string, List<JsonObject>>> OnChildrenOfAsync(BusConnection bus, params int[] parents)
    {
        var jetStream = new JetStream(bus);
        var stream = new StreamTable(new Subjects()).Findings.Name;
        var found = new Dictionary<string, List<JsonObject>>();
        var last = (await jetStream.FindStreamAsync(stream))!.LastSequence;
        await using var consumer = await jetStream.CreateConsumerAsync(new ConsumerDefinition(stream));
        for (long sequence = 0; sequence < last;)
        {
            var result = await consumer.ReadAsync();
            using var message = result.Message ?? throw new InvalidOperationException($"the findings cannot be read: {result.Status}");
            sequence = message.Metadata.StreamSequence;
            var finding = JsonNode.Parse(message.Payload)!.AsObject();
            if (parents.Contains((int)finding["hostParentProcessId"]!))
            {
                var name = (string)finding["eventName"]!;
                if (!found.TryGetValue(name, out var list))
                {
                    found[name] = list = [];
                }

                list.Add(finding);
            }
        }

        return found;
    }
}
