using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http.Features;
using TraceeMesh.Contracts;
using TraceeMesh.DataSourceApi.Access;

namespace TraceeMesh.DataSourceApi.Console;

/// <summary>Bodies of requests and responses.</summary>
internal static class ConsoleJson
{
    private const string ContentType = "application/json; charset=utf-8";

    private static readonly JsonDocumentOptions Hostile = new() { MaxDepth = Limits.Depth };

    /// <summary>How responses are written: names of any script as they are, controls and markup escaped.</summary>
    public static JsonWriterOptions Writing { get; } = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>Answers with one object.</summary>
    /// <param name="http">The request.</param>
    /// <param name="write">Writes its properties.</param>
    public static async Task Write(HttpContext http, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Object(buffer, write);
        http.Response.ContentType = ContentType;
        http.Response.Headers.CacheControl = "no-store";
        await http.Response.BodyWriter.WriteAsync(buffer.WrittenMemory, http.RequestAborted);
    }

    /// <summary>Writes one object.</summary>
    public static void Object(IBufferWriter<byte> buffer, Action<Utf8JsonWriter> write)
    {
        using var json = new Utf8JsonWriter(buffer, Writing);
        json.WriteStartObject();
        write(json);
        json.WriteEndObject();
    }

    /// <summary>Reads a body that is one JSON object.</summary>
    /// <exception cref="ConsoleException">It is none.</exception>
    public static async Task<JsonDocument> Read(HttpContext http)
    {
        // A form of another site cannot have this type without asking first.
        if (!http.Request.HasJsonContentType())
        {
            throw new ConsoleException(StatusCodes.Status415UnsupportedMediaType, "not_json", "the body is to be application/json");
        }

        JsonDocument body;
        try
        {
            body = await JsonDocument.ParseAsync(http.Request.Body, Hostile, http.RequestAborted);
        }
        catch (JsonException e)
        {
            throw ConsoleException.Bad($"the body is no JSON: {e.Message}");
        }

        if (body.RootElement.ValueKind == JsonValueKind.Object)
        {
            return body;
        }

        body.Dispose();
        throw ConsoleException.Bad("the body is to be one JSON object");
    }

    /// <summary>A text of an object; empty where it has none of this name.</summary>
    public static string Text(JsonElement parent, string name) => Child(parent, name) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";

    /// <summary>An integer of an object; 0 where it has none of this name.</summary>
    public static long Number(JsonElement parent, string name) => Child(parent, name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var value) ? value : 0;

    /// <summary>A member of an object; undefined where it has none of this name.</summary>
    public static JsonElement Child(JsonElement parent, string name) => parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var child) ? child : default;

    /// <summary>Who asks; known behind <see cref="ConsoleGuard"/>.</summary>
    public static Principal Caller(this HttpContext http) => http.Features.GetRequiredFeature<Principal>();
}
