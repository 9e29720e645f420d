using System.CommandLine;
using System.Text;
using System.Text.Json;
using TraceeMesh.Bus;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Cli.Streams;
using TraceeMesh.Contracts;
using TraceeMesh.Detector.Loading;
using TraceeMesh.Replay.Explaining;
using TraceeMesh.Signatures;
using TraceeMesh.Signatures.BuiltIn.DefenseEvasion;

namespace TraceeMesh.Cli.Commands;

/// <summary><c>tmesh explain</c>: how a finding came to be, or why an event is none.</summary>
internal static class ExplainCommand
{
    private const string Text = """
        Explain a finding: its frame, event, lookups and conditions; or with --signature and --event, which condition an event does not meet
        """;

    public static Command Create()
    {
        var finding = new Argument<string?>("finding") { Description = "Id of a finding of the mesh that runs, a file with one as JSON, or - for standard input", Arity = ArgumentArity.ZeroOrOne };
        var signature = new Option<string?>("--signature") { Description = "Id or event name of a signature that comes with the mesh" };
        var ev = new Option<string?>("--event") { Description = "A file with an event as JSON, one line of tmesh events --json; - is standard input" };
        var nats = CommonOptions.Nats();
        var stateDirectory = CommonOptions.StateDirectory();
        var command = new Command("explain", Text) { finding, signature, ev, nats, stateDirectory };
        command.SetAction((parsed, cancellation) => (parsed.GetValue(finding), parsed.GetValue(signature), parsed.GetValue(ev)) switch
        {
            (null, { } name, { } path) => ExplainEvent(name, path),
            ({ } id, null, null) => ExplainFinding(id, () => MeshAddress.Find(parsed.GetValue(nats), parsed.GetValue(stateDirectory)), cancellation),
            _ => throw new CommandException(ExitCode.Usage, "name a finding, or both --signature and --event"),
        });
        return command;
    }

    private static async Task<int> ExplainEvent(string name, string path)
    {
        using var json = Parse(Read(path), path);
        var signature = Find(name) ?? throw new CommandException(ExitCode.Usage, $"no signature {name} comes with the mesh: ./mesh signatures lists them");
        try
        {
            await Print(await SignatureExplanation.Of(signature, ExplainedEvent.Of(json.RootElement), []));
        }
        catch (FormatException e)
        {
            throw new CommandException(ExitCode.Usage, $"{path} is no event: {e.Message}", e);
        }

        return ExitCode.Ok;
    }

    private static async Task<int> ExplainFinding(string id, Func<MeshAddress> address, CancellationToken cancellation)
    {
        var text = id == "-" || File.Exists(id) ? Read(id) : await Fetch(id, address(), cancellation);
        using var json = Parse(text, id);
        var finding = json.RootElement;
        try
        {
            var mesh = finding.GetProperty("mesh");
            var id0 = finding.GetProperty("metadata").GetProperty("Properties").GetProperty("signatureID").GetString()!;
            var lines = new List<string>
            {
                $"finding   {mesh.GetProperty("id").GetString()} {finding.GetProperty("eventName").GetString()} ({id0})",
                $"frame     node {mesh.GetProperty("node").GetString()}, load {mesh.GetProperty("loadId").GetString()}, position {mesh.GetProperty("position")}, partition {mesh.GetProperty("partition")}; {mesh.GetProperty("completeness").GetRawText()}",
                $"process   {finding.GetProperty("processName").GetString()}[{finding.GetProperty("hostProcessId")}] {finding.GetProperty("executable").GetRawText()} container '{finding.GetProperty("containerId").GetString()}'",
            };
            foreach (var argument in finding.GetProperty("args").EnumerateArray())
            {
                lines.Add($"{(argument.GetProperty("name").GetString() == "triggeredBy" ? "event    " : "data      " + argument.GetProperty("name").GetString())} {argument.GetProperty("value").GetRawText()}");
            }

            foreach (var lookup in mesh.GetProperty("lookups").EnumerateArray())
            {
                lines.Add($"lookup    {lookup.GetProperty("namespace").GetString()}/{lookup.GetProperty("id").GetString()} {lookup.GetProperty("key").GetRawText()} -> {lookup.GetProperty("status").GetString()} {lookup.GetProperty("values").GetRawText()}");
            }

            if (Find(id0) is not { } signature)
            {
                lines.Add($"condition the signature {id0} does not come with the mesh: what it tests is not known here");
            }
            else if (ExplainedEvent.OfTrigger(finding) is { } e)
            {
                lines.Add("condition");
                lines.AddRange((await SignatureExplanation.Of(signature, e, FindingLookups.Of(finding))).Select(l => "  " + l));
            }
            else
            {
                signature.Dispose();
                lines.Add("condition its trigger is not in the finding, or is itself a finding: explain that one");
            }

            await Print(lines);
            return ExitCode.Ok;
        }
        catch (Exception e) when (e is KeyNotFoundException or FormatException or InvalidOperationException)
        {
            throw new CommandException(ExitCode.Usage, $"{id} is no finding: {e.Message}", e);
        }
    }

    private static async Task<string> Fetch(string id, MeshAddress address, CancellationToken cancellation)
    {
        if (address.IsReader)
        {
            throw new CommandException(ExitCode.NoPrivilege, "a reader sees no history: run as the user who started the mesh, or name a file with the finding");
        }

        await using var bus = await MeshConnection.Open(address, cancellation);
        var wanted = Encoding.UTF8.GetBytes($"\"id\":\"{id}\"");
        await foreach (var message in new StreamFollower(bus, new StreamTable(MeshSubjects.InForce).Findings, Console.Error).Read(ConsumerStart.All, follow: false, static () => { }, cancellation))
        {
            using (message)
            {
                if (message.Payload.IndexOf(wanted) >= 0)
                {
                    return Encoding.UTF8.GetString(message.Payload);
                }
            }
        }

        throw new CommandException(ExitCode.NotFound, $"the stream has no finding {id}: ./mesh findings --json shows their ids, mesh.id");
    }

    private static Signature? Find(string name)
    {
        foreach (var make in SignatureAssembly.Find(typeof(AntiDebugging).Assembly))
        {
            var signature = make();
            if (signature.Metadata.Id == name || signature.Metadata.EventName == name)
            {
                return signature;
            }

            signature.Dispose();
        }

        return null;
    }

    private static string Read(string path)
    {
        try
        {
            return path == "-" ? Console.In.ReadLine() ?? "" : File.ReadLines(path).FirstOrDefault(l => l.Length > 0) ?? "";
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CommandException(ExitCode.Usage, $"there is no file {path}", e);
        }
    }

    private static JsonDocument Parse(string text, string where)
    {
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException e)
        {
            throw new CommandException(ExitCode.Usage, $"{where} is no JSON: {e.Message}", e);
        }
    }

    private static async Task Print(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            await Console.Out.WriteLineAsync(new string([.. line.Select(c => char.IsControl(c) ? '?' : c)]));
        }
    }
}
