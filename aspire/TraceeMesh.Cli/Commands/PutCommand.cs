using System.Buffers;
using System.CommandLine;
using System.Text;
using System.Text.Json;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Commands;

/// <summary><c>tmesh put</c>: one write into a writable data source.</summary>
internal static class PutCommand
{
    public static Command Create()
    {
        var @namespace = new Argument<string>("namespace") { Description = "Namespace of the data source" };
        var id = new Argument<string>("id") { Description = "Id of the data source" };
        var key = new Argument<string>("key") { Description = "JSON, or else a text" };
        var value = new Argument<string?>("value") { Description = "JSON, or else a text", Arity = ArgumentArity.ZeroOrOne };
        var delete = new Option<bool>("--delete") { Description = "Delete the entry instead" };
        var json = CommonOptions.Json();
        var console = new ConsoleOptions();
        var command = new Command("put", "Write an entry of a writable data source; it is stored when this ends with 0") { @namespace, id, key, value, delete, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(delete) == (result.GetValue(value) is not null))
            {
                result.AddError("put: a value, or --delete");
            }
        });
        console.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var api = console.Open(parsed);
            var body = Body(parsed.GetRequiredValue(@namespace), parsed.GetRequiredValue(id), parsed.GetRequiredValue(key), parsed.GetValue(value));
            using var answer = await api.AskAsync(parsed.GetValue(delete) ? HttpMethod.Delete : HttpMethod.Put, "/api/v1/entries", body, cancellation);
            Console.WriteLine(parsed.GetValue(json) ? answer.RootElement.GetRawText() : $"stored as revision {answer.RootElement.GetProperty("revision").GetInt64()}");
            return ExitCode.Ok;
        });
        return command;
    }

    private static string Body(string @namespace, string id, string key, string? value)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("namespace", @namespace);
            json.WriteString("id", id);
            Write(json, "key", key);
            if (value is not null)
            {
                Write(json, "value", value);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(body.WrittenSpan);
    }

    // What is JSON is that; everything else is the text it is.
    private static void Write(Utf8JsonWriter json, string name, string text)
    {
        json.WritePropertyName(name);
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = Limits.Depth });
            document.RootElement.WriteTo(json);
        }
        catch (JsonException)
        {
            json.WriteStringValue(text);
        }
    }
}
