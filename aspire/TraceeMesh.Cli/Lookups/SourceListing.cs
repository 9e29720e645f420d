using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using TraceeMesh.Bus;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Cli.Lookups;

/// <summary>What a data source holds, page by page.</summary>
/// <param name="Namespace">Namespace of the source.</param>
/// <param name="Id">Id of the source.</param>
/// <param name="Node">The node whose source it is; null for one of the whole mesh.</param>
/// <param name="Time">As of when, ns since the epoch; 0 is now.</param>
/// <param name="Filter">Only entries in which this text is; empty for all.</param>
internal sealed record SourceListing(string Namespace, string Id, string? Node, long Time, string Filter = "")
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    /// <summary>Entries that are missing since the source had no room for them.</summary>
    public long Evicted { get; private set; }

    /// <summary>Its entries.</summary>
    /// <exception cref="CommandException">It does not answer.</exception>
    public async IAsyncEnumerable<SourceEntry> ReadAsync(BusConnection bus, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var subjects = MeshSubjects.InForce;
        var subject = Node is null ? subjects.List(Namespace, Id) : subjects.List(Namespace, Id, Node);
        var after = "";
        do
        {
            var page = await AskAsync(bus, subject, after, cancellation);
            foreach (var entry in page.Entries)
            {
                yield return entry;
            }

            (after, Evicted) = (page.Next, page.Evicted);
        }
        while (after.Length > 0);
    }

    /// <summary>An entry as one line of JSON.</summary>
    public static string Json(SourceEntry entry)
    {
        var line = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WritePropertyName("key");
            EventJson.WriteValue(json, entry.Key);
            json.WritePropertyName("values");
            EventJson.WriteValue(json, entry.Values);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(line.WrittenSpan);
    }

    /// <summary>A key as JSON.</summary>
    public static string Json(DataValue key)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text))
        {
            EventJson.WriteValue(json, key);
        }

        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    private async Task<ListReply> AskAsync(BusConnection bus, string subject, string after, CancellationToken cancellation)
    {
        using var writer = new MessagePackWriter();
        ListCodec.WriteRequest(writer, new ListRequest { Time = Time, After = after, Filter = Filter, Limit = ListRequest.MaxLimit });
        using var reply = await bus.RequestAsync(subject, writer.WrittenSpan, Timeout, BusHeaders.MessagePack, cancellation);
        return reply.Status == ReplyStatus.Ok && ListCodec.TryReadReply(reply.Payload, out var answer) == FrameStatus.Ok
            ? answer
            : throw new CommandException(ExitCode.Unavailable, $"{Namespace}/{Id}{(Node is null ? "" : $" of {Node}")} does not tell what it holds: {(reply.Status == ReplyStatus.NoResponders ? "nobody serves it; tmesh status shows who runs" : "no answer in time")}");
    }
}
