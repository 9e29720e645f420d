using System.Globalization;
using System.Text.Json;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.DataSourceApi.Access;

namespace TraceeMesh.DataSourceApi.Console;

/// <summary>Findings that were: a page of the list, one whole, and what was around it.</summary>
/// <param name="jetStream">The bus.</param>
/// <param name="stream">The findings stream.</param>
/// <param name="questions">Asks the data sources of its node.</param>
internal sealed class FindingsEndpoints(JetStream jetStream, StreamDefinition stream, SourceQuestions questions)
{
    private const string Mesh = "tracee";
    private const string Containers = "containers";
    private const string ProcessTree = "process_tree";
    private const string Dns = "dns";

    // A lineage that is longer is cut by its source.
    private const int Ancestors = 64;

    private static readonly TimeSpan InactiveThreshold = TimeSpan.FromSeconds(5);
    private static readonly JsonDocumentOptions Hostile = new() { MaxDepth = 32 };

    /// <summary>Adds <c>/api/v1/findings</c> and what is below it.</summary>
    public void Map(WebApplication web)
    {
        web.MapGet("/api/v1/findings", List);
        web.MapGet("/api/v1/findings/{sequence:long:min(1)}", Show);
        web.MapGet("/api/v1/findings/{sequence:long:min(1)}/context", Surroundings);
    }

    private static long Number(HttpRequest request, string name, long otherwise) => request.Query[name].ToString() switch
    {
        "" => otherwise,
        var text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 => number,
        _ => throw ConsoleException.Bad($"{name}: a positive number"),
    };

    // Newest first needs the end: so many before a sequence, told in the order of the stream.
    private async Task List(HttpContext http)
    {
        var limit = Math.Min(Number(http.Request, "limit", ConsoleLimits.FirstFindings), ConsoleLimits.FindingsPerPage);
        var state = await jetStream.FindStreamAsync(stream.Name, http.RequestAborted);
        var end = Math.Min(Number(http.Request, "before", long.MaxValue), (state?.LastSequence ?? 0) + 1);
        var from = Math.Max(state?.FirstSequence ?? 1, end - limit);
        using var batch = new FindingBatch();
        if (from < end)
        {
            var start = new ConsumerDefinition(stream.Name) { Start = ConsumerStart.AtSequence(from), InactiveThreshold = InactiveThreshold };
            await using var consumer = await jetStream.CreateConsumerAsync(start, new PullOptions { Batch = (int)(end - from) }, http.RequestAborted);
            for (var left = consumer.Created.Pending; left > 0 && batch.Last < end - 1;)
            {
                var result = await consumer.ReadAsync(http.RequestAborted);
                if (result.Status != PullStatus.Message)
                {
                    throw new ConsoleException(StatusCodes.Status503ServiceUnavailable, "interrupted", "reading the findings was interrupted: try again");
                }

                using var message = result.Message!;
                if (message.Metadata.StreamSequence >= end)
                {
                    break;
                }

                batch.Add(message);
                left = message.Metadata.Pending;
            }
        }

        await ConsoleJson.Write(http, json =>
        {
            json.WriteNumber("first", state?.FirstSequence ?? 1);
            json.WriteNumber("from", from);
            json.WritePropertyName("findings");
            json.WriteRawValue(batch.End());
        });
    }

    private async Task Show(HttpContext http)
    {
        var (message, document) = await Read(http);
        using (document)
        {
            await ConsoleJson.Write(http, json =>
            {
                json.WriteNumber("sequence", message.Sequence);
                json.WriteNumber("stored", (message.Time - DateTimeOffset.UnixEpoch).Ticks * 100);
                json.WritePropertyName("finding");
                document.RootElement.WriteTo(json);
            });
        }
    }

    private async Task Surroundings(HttpContext http)
    {
        FindingContext finding;
        var (_, document) = await Read(http);
        using (document)
        {
            finding = FindingContext.Of(document.RootElement);
        }

        var ancestry = finding.Process == 0 ? null : Ask(http, finding, ProcessTree, LookupKey.Lineage(finding.Process, Ancestors));
        var container = finding.Container.Length == 0 ? null : Ask(http, finding, Containers, finding.Container);
        var names = finding.Addresses.Select(a => (Address: a, Answer: Ask(http, finding, Dns, a))).ToArray();
        await Task.WhenAll([.. names.Select(n => n.Answer), ancestry ?? Task.CompletedTask, container ?? Task.CompletedTask]);
        await ConsoleJson.Write(http, json =>
        {
            Write(json, "ancestry", ancestry?.Result);
            Write(json, "container", container?.Result);
            json.WriteStartArray("names");
            foreach (var (address, answer) in names)
            {
                json.WriteStartObject();
                json.WriteString("address", address);
                LookupAnswer.Write(json, answer.Result);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    private static void Write(Utf8JsonWriter json, string name, LookupResult? result)
    {
        if (result is not null)
        {
            json.WriteStartObject(name);
            LookupAnswer.Write(json, result);
            json.WriteEndObject();
        }
    }

    private async Task<LookupResult> Ask(HttpContext http, FindingContext finding, string source, LookupKey key)
    {
        if (!http.Caller().May(AccessAction.Read, Mesh, source) || finding.Node.Length == 0)
        {
            return LookupResult.Failed(LookupStatus.Unavailable);
        }

        var result = await questions.AskAsync(Mesh, source, finding.Node, finding.AsOfPosition(key), http.RequestAborted);
        return finding.Position >= 0 && result.Status is LookupStatus.Unavailable or LookupStatus.Expired
            ? await questions.AskAsync(Mesh, source, finding.Node, finding.AsOfTime(key), http.RequestAborted)
            : result;
    }

    private async Task<(StoredMessage Message, JsonDocument Finding)> Read(HttpContext http)
    {
        var sequence = long.Parse((string)http.Request.RouteValues["sequence"]!, CultureInfo.InvariantCulture);
        var message = await jetStream.GetMessageAsync(stream.Name, sequence, http.RequestAborted)
            ?? throw new ConsoleException(StatusCodes.Status404NotFound, "no_finding", $"the stream holds no finding {sequence}: it was never there, or has left the stream by age or size");
        try
        {
            return (message, JsonDocument.Parse(message.Payload, Hostile));
        }
        catch (JsonException e)
        {
            throw new ConsoleException(StatusCodes.Status422UnprocessableEntity, "no_finding", $"message {sequence} of the stream is no finding: {e.Message}");
        }
    }
}
