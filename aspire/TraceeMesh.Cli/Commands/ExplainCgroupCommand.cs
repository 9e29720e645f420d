using System.Buffers;
using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Containers;

namespace TraceeMesh.Cli.Commands;

/// <summary><c>tmesh explain-cgroup</c>: what the rules make of cgroup paths. Asks nobody; the paths need not exist.</summary>
internal static class ExplainCgroupCommand
{
    // Paths are shown as they are, not as HTML wants them.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create()
    {
        var paths = new Argument<string[]>("path") { Arity = ArgumentArity.OneOrMore, Description = "Paths of cgroup directories, inside their hierarchy" };
        var command = new Command("explain-cgroup", "Say which container a cgroup path belongs to, one JSON object a line") { paths };
        command.SetAction(parsed =>
        {
            using var output = Console.OpenStandardOutput();
            foreach (var path in parsed.GetRequiredValue(paths))
            {
                output.Write(Explain(path));
            }

            return ExitCode.Ok;
        });
        return command;
    }

    /// <summary>One line.</summary>
    public static byte[] Explain(string path)
    {
        _ = CgroupPath.TryParse(Encoding.UTF8.GetBytes(path), out var identity);
        var line = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(line, Plain))
        {
            json.WriteStartObject();
            json.WriteString("path"u8, path);
            json.WriteString("container_id"u8, identity.ContainerId);
            json.WriteString("runtime"u8, identity.Runtime.Name());
            json.WriteBoolean("root"u8, identity.IsRoot);
            json.WriteEndObject();
        }

        return [.. line.WrittenSpan, (byte)'\n'];
    }
}
