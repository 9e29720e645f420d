using System.Globalization;
using System.Text.Json;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.DataSourceApi.Access;
using TraceeMesh.DataSourceApi.Log;
using TraceeMesh.DataSourceApi.Services;
using TraceeMesh.DataSourceApi.Sources;
using TraceeMesh.Grpc;
using TraceeMesh.MessagePack;

namespace TraceeMesh.DataSourceApi.Console;

/// <summary>Data sources: which there are, what they hold, what they answer, and writing, for whoever may.</summary>
/// <param name="known">The sources of the mesh.</param>
/// <param name="questions">Asks them.</param>
/// <param name="desk">Writes those that are served here.</param>
internal sealed class SourcesEndpoints(OtherSources known, SourceQuestions questions, SourceDesk desk)
{
    /// <summary>Adds <c>/api/v1/sources</c>, <c>/api/v1/entries</c>, <c>/api/v1/lookup</c>.</summary>
    public void Map(WebApplication web)
    {
        web.MapGet("/api/v1/sources", Sources);
        web.MapGet("/api/v1/entries", Entries);
        web.MapPost("/api/v1/lookup", Lookup);
        web.MapPut("/api/v1/entries", http => Write(http, Put));
        web.MapDelete("/api/v1/entries", http => Write(http, Delete));
    }

    private static PairFault Put(WriteBuilder builder, JsonElement body) => builder.Put(Value(body, "key"), Value(body, "value"));

    private static PairFault Delete(WriteBuilder builder, JsonElement body) => builder.Delete(Value(body, "key"));

    private static DataValue Value(JsonElement body, string name) =>
        ConsoleJson.Child(body, name) is { ValueKind: not JsonValueKind.Undefined } value ? DataValueJson.Read(value) : throw ConsoleException.Bad($"'{name}' is missing");

    private static long Time(string text) => text.Length == 0 ? 0
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var time) ? time
        : throw ConsoleException.Bad("time: nanoseconds since the epoch");

    private Task Sources(HttpContext http) => ConsoleJson.Write(http, json =>
    {
        var caller = http.Caller();
        var own = desk.All.ToDictionary(r => (r.Definition.Namespace, r.Definition.Id), r => r.Definition.Describe());
        json.WriteStartArray("sources");
        foreach (var source in known.All.Where(s => !own.ContainsKey((s.Namespace, s.Id))).Concat(own.Values).Where(s => caller.May(AccessAction.List, s.Namespace, s.Id)).OrderBy(s => (s.Namespace, s.Id)))
        {
            json.WriteStartObject();
            json.WriteString("namespace", source.Namespace);
            json.WriteString("id", source.Id);
            json.WriteString("description", source.Description);
            json.WriteString("version", source.Version);
            json.WriteString("keys", source.Keys);
            json.WriteString("values", source.Values);
            json.WriteString("schema", source.Schema);
            json.WriteStartArray("nodes");
            foreach (var node in source.Nodes.Order(StringComparer.Ordinal))
            {
                json.WriteStringValue(node);
            }

            json.WriteEndArray();
            json.WriteBoolean("mayRead", caller.May(AccessAction.Read, source.Namespace, source.Id));
            json.WriteBoolean("mayWrite", own.ContainsKey((source.Namespace, source.Id)) && caller.May(AccessAction.Write, source.Namespace, source.Id));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private async Task Entries(HttpContext http)
    {
        var query = http.Request.Query;
        var (@namespace, id) = (query["namespace"].ToString(), query["id"].ToString());
        var node = NodeOf(http, AccessAction.List, @namespace, id, query["node"].ToString());
        var filter = query["filter"].ToString();
        var after = query["after"].ToString();
        if (filter.Length > ListCodec.TextBytes / 4 || after.Length > ListCodec.TextBytes)
        {
            throw ConsoleException.Bad($"filter: at most {ListCodec.TextBytes / 4} characters");
        }

        var limit = int.TryParse(query["limit"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) ? Math.Clamp(wanted, 1, ListRequest.MaxLimit) : ListRequest.DefaultLimit;
        var page = await questions.ListAsync(@namespace, id, node, new ListRequest { Filter = filter, Time = Time(query["time"].ToString()), After = after, Limit = limit }, http.RequestAborted);
        await ConsoleJson.Write(http, json =>
        {
            json.WriteStartArray("entries");
            foreach (var entry in page.Entries)
            {
                json.WriteStartObject();
                json.WritePropertyName("key");
                EventJson.WriteValue(json, entry.Key);
                json.WritePropertyName("values");
                EventJson.WriteValue(json, entry.Values);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("next", page.Next);
            json.WriteNumber("evicted", page.Evicted);
        });
    }

    private async Task Lookup(HttpContext http)
    {
        using var body = await ConsoleJson.Read(http);
        var root = body.RootElement;
        var (@namespace, id) = (ConsoleJson.Text(root, "namespace"), ConsoleJson.Text(root, "id"));
        var node = NodeOf(http, AccessAction.Read, @namespace, id, ConsoleJson.Text(root, "node"));
        var result = await questions.AskAsync(@namespace, id, node, new LookupRequest { Keys = [Value(root, "key")], Time = ConsoleJson.Number(root, "time") }, http.RequestAborted);
        await ConsoleJson.Write(http, json => LookupAnswer.Write(json, result));
    }

    private async Task Write(HttpContext http, Func<WriteBuilder, JsonElement, PairFault> add)
    {
        using var body = await ConsoleJson.Read(http);
        var root = body.RootElement;
        var entry = new AuditEntry { Principal = http.Caller().Name, Namespace = ConsoleJson.Text(root, "namespace"), Id = ConsoleJson.Text(root, "id"), Pairs = 1 };
        var origin = new WriteOrigin(
            $"{http.Request.Method} {http.Request.Path}",
            $"{http.Connection.RemoteIpAddress}:{http.Connection.RemotePort}",
            () => http.RequestAborted.IsCancellationRequested ? GrpcStatusCode.Cancelled : null);
        var outcome = await desk.AuditedAsync(origin, entry, async () =>
        {
            var replica = desk.Find(http.Caller(), AccessAction.Write, entry.Namespace, entry.Id);
            using var builder = new WriteBuilder(replica.Types);
            return add(builder, root) switch
            {
                PairFault.Key => throw new GrpcException(GrpcStatusCode.InvalidArgument, $"the source does not take this key: it wants {replica.Definition.KeyKinds}"),
                PairFault.Value => throw new GrpcException(GrpcStatusCode.InvalidArgument, $"the source does not take this value: it wants {replica.Definition.Values} {replica.Definition.Schema}"),
                _ => await replica.WriteAsync(builder.Build(atomic: true), http.RequestAborted),
            };
        });
        if (!outcome.IsComplete)
        {
            throw outcome.Items.Contains(ItemStatus.Full)
                ? new ConsoleException(StatusCodes.Status507InsufficientStorage, "full", "the source has no room for a further key")
                : new ConsoleException(StatusCodes.Status409Conflict, "aborted", "the write took too long and was dropped; try again");
        }

        await ConsoleJson.Write(http, json => json.WriteNumber("revision", outcome.Revision));
    }

    // The node to ask: the one given, the only one there is, or none of a source of the whole mesh.
    private string NodeOf(HttpContext http, AccessAction action, string @namespace, string id, string node)
    {
        SourceDesk.RefuseUnless(http.Caller(), action, @namespace, id);
        if (desk.All.Any(r => r.Definition.Namespace == @namespace && r.Definition.Id == id))
        {
            return "";
        }

        if (known.Find(@namespace, id) is not { } source)
        {
            throw new ConsoleException(StatusCodes.Status404NotFound, "no_source", $"there is no data source {@namespace}/{id}");
        }

        return node.Length > 0 && source.Nodes.Contains(node) ? node
            : node.Length > 0 ? throw new ConsoleException(StatusCodes.Status404NotFound, "no_node", $"{@namespace}/{id} has no node {node}")
            : source.Nodes.Count <= 1 ? string.Concat(source.Nodes)
            : throw ConsoleException.Bad($"{@namespace}/{id} is on {source.Nodes.Count} nodes: name one with node");
    }
}
