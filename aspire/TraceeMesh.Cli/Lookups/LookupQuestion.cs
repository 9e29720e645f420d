using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using TraceeMesh.Bus;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Cli.Lookups;

/// <summary>One question to one data source.</summary>
/// <param name="Namespace">Namespace of the source.</param>
/// <param name="Id">Id of the source.</param>
/// <param name="Key">What is asked.</param>
/// <param name="Node">The node whose source is asked; null for the only one there is.</param>
/// <param name="Time">As of when, ns since the epoch; 0 is now.</param>
public sealed record LookupQuestion(string Namespace, string Id, DataValue Key, string? Node, long Time)
{
    private const int DeadlineMs = 2000;
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(DeadlineMs + 1000);

    public string Source => $"{Namespace}/{Id}";

    /// <summary>A string unless it starts with <c>{</c>.</summary>
    public static DataValue ParseKey(string text)
    {
        if (!text.StartsWith('{'))
        {
            return DataValue.Of(text);
        }

        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = Limits.Depth });
            return DataValueJson.Read(document.RootElement);
        }
        catch (JsonException exception)
        {
            throw new CommandException(ExitCode.Usage, $"the key starts with {{ and is no JSON object: {exception.Message}", exception);
        }
    }

    /// <summary>Nanoseconds since the epoch of seconds since the epoch or ISO 8601; 0 without a text.</summary>
    public static long ParseTime(string? text)
    {
        if (text is null)
        {
            return 0;
        }

        const decimal maxSeconds = long.MaxValue / 1_000_000_000m;
        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and < maxSeconds)
        {
            return (long)(seconds * 1_000_000_000m);
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) && time > DateTimeOffset.UnixEpoch
            ? (time - DateTimeOffset.UnixEpoch).Ticks * 100
            : throw new CommandException(ExitCode.Usage, $"--at: {text} is neither seconds since the epoch nor ISO 8601, e.g. 2026-01-31T12:00:00Z");
    }

    public static int ExitCodeOf(LookupStatus status) => status switch
    {
        LookupStatus.Found => ExitCode.Ok,
        LookupStatus.NotFound => ExitCode.NotFound,
        LookupStatus.KeyNotSupported => ExitCode.KeyNotSupported,
        _ => ExitCode.Unavailable,
    };

    /// <summary>Asks the source of the node, and the mesh-wide one of that name when no node has it.</summary>
    /// <returns>How it ended; the values as one line of JSON when found; why they are incomplete.</returns>
    public async Task<(LookupStatus Status, string? Line, string Enrichment)> Ask(BusConnection bus, string? onlyNode, CancellationToken cancellation)
    {
        var subjects = MeshSubjects.InForce;
        var node = Node ?? onlyNode ?? await KnownNodes.Only(bus, asReader: false, cancellation);
        using var writer = new MessagePackWriter();
        LookupCodec.WriteRequest(writer, new LookupRequest { Keys = [Key], Node = node, Time = Time, DeadlineMs = DeadlineMs });

        var reply = await bus.RequestAsync(subjects.Lookup(Namespace, Id, node), writer.WrittenSpan, Timeout, BusHeaders.MessagePack, cancellation);
        if (reply.Status == ReplyStatus.NoResponders)
        {
            reply = await bus.RequestAsync(subjects.Lookup(Namespace, Id), writer.WrittenSpan, Timeout, BusHeaders.MessagePack, cancellation);
        }

        using (reply)
        {
            return Read(reply);
        }
    }

    private static (LookupStatus Status, string? Line, string Enrichment) Read(BusReply reply)
    {
        if (reply.Status != ReplyStatus.Ok)
        {
            return (reply.Status == ReplyStatus.Timeout ? LookupStatus.Timeout : LookupStatus.Unavailable, null, "");
        }

        if (LookupCodec.TryReadReply(reply.Payload, out var answer) != FrameStatus.Ok || answer.Results.Count != 1)
        {
            throw new CommandException(ExitCode.Unavailable, "the data source answered with what is no lookup reply");
        }

        var result = answer.Results[0];
        return (result.Status, result.Status == LookupStatus.Found ? Line(result.Values) : null, result.Enrichment);
    }

    private static string Line(DataValue values)
    {
        var line = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(line))
        {
            EventJson.WriteValue(writer, values);
        }

        return Encoding.UTF8.GetString(line.WrittenSpan);
    }
}
