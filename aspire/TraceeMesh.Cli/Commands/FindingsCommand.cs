using System.CommandLine;
using System.Text;
using TraceeMesh.Bus;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Cli.Findings;
using TraceeMesh.Cli.Forwarding;
using TraceeMesh.Cli.Streams;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Findings;

namespace TraceeMesh.Cli.Commands;

/// <summary><c>tmesh findings</c>: what the stream holds, then what comes.</summary>
internal static class FindingsCommand
{
    public static Command Create()
    {
        var json = CommonOptions.Json();
        var since = new Option<TimeSpan?>("--since") { Description = "Only findings of the last 30s, 10m, 2h, 7d [default: all the stream holds]", CustomParser = CommonOptions.ParseDuration };
        var noFollow = new Option<bool>("--no-follow") { Description = "End with the findings there are" };
        var severity = new Option<string?>("--severity") { Description = "Only findings at least so severe: info, low, medium, high, critical" };
        severity.AcceptOnlyFromAmong([.. Severities.All]);
        var signature = new Option<string?>("--signature") { Description = "Only those of this signature: its id or the name of its findings" };
        var container = new Option<string?>("--container") { Description = "Only those in this container: its name, or how its id begins" };
        var pod = new Option<string?>("--pod") { Description = "Only those in this pod" };
        var node = new Option<string?>("--node") { Description = "Only those on this node" };
        var nats = CommonOptions.Nats();
        var stateDirectory = CommonOptions.StateDirectory();
        var forward = new Option<string?>("--forward") { Description = "Post each finding to this address instead of printing it: in order, at least once, from where the last one with this name ended" };
        var name = new Option<string?>("--name") { Description = "Name of the position of --forward [default: made from the address]" };
        var format = new Option<string?>("--format") { Description = "What --forward posts: json, the finding, or otlp, a log record of OpenTelemetry in JSON [default: json]" };
        var tokenFile = new Option<string?>("--token-file") { Description = $"File with the bearer token for --forward [default: {ForwardOptions.TokenVariable} in the environment]" };
        var command = new Command("findings", "Print findings: those of the stream, then those that come; repeats are folded, with --json they are not") { json, since, noFollow, severity, signature, container, pod, node, forward, name, format, tokenFile, nats, stateDirectory };
        command.SetAction((parsed, cancellation) => parsed.GetValue(forward) is { } url
            ? Forward(
                MeshAddress.Find(parsed.GetValue(nats), parsed.GetValue(stateDirectory)),
                ForwardOptions.Read(url, parsed.GetValue(name), parsed.GetValue(format), parsed.GetValue(tokenFile), Environment.GetEnvironmentVariable),
                !parsed.GetValue(noFollow),
                cancellation)
            : Run(
                MeshAddress.Find(parsed.GetValue(nats), parsed.GetValue(stateDirectory)),
                parsed.GetValue(json),
                new FindingFilter(
                    parsed.GetValue(severity) is { } least ? (Severity)Severities.All.ToList().IndexOf(least) : null,
                    parsed.GetValue(signature),
                    parsed.GetValue(container),
                    parsed.GetValue(pod),
                    parsed.GetValue(node)),
                parsed.GetValue(since),
                !parsed.GetValue(noFollow),
                cancellation));
        return command;
    }

    private static async Task<int> Forward(MeshAddress address, ForwardOptions options, bool follow, CancellationToken cancellation)
    {
        if (address.IsReader)
        {
            throw new CommandException(ExitCode.NoPrivilege, "without the credentials of the state directory a client is a reader, and a reader keeps no position: run as the user who started the mesh");
        }

        await using var bus = await MeshConnection.Open(address, cancellation);
        await new FindingForwarder(bus, new StreamTable(MeshSubjects.InForce), MeshSubjects.InForce, options, Console.Error).RunAsync(follow, cancellation);
        return ExitCode.Ok;
    }

    private static async Task<int> Run(MeshAddress address, bool json, FindingFilter filter, TimeSpan? since, bool follow, CancellationToken cancellation)
    {
        await using var bus = await MeshConnection.Open(address, cancellation);
        await using var output = Stream.Synchronized(StandardOutput.Open());
        var fold = new FindingFold(line => WriteLine(line, output), bus.Time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var folding = !json && follow ? fold.RunAsync(end.Token) : Task.CompletedTask;
        var skipped = 0;
        await foreach (var payload in Payloads(bus, address, since, follow, output, cancellation))
        {
            if (filter.Matches(payload) && !(json ? JsonLine.TryWrite(payload, output) : fold.TryTake(payload)))
            {
                await Console.Error.WriteLineAsync($"tmesh: message {++skipped} that is no finding: skipped");
            }
        }

        await end.CancelAsync();
        await folding;
        fold.Flush();
        return ExitCode.Ok;
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Payloads(
        BusConnection bus,
        MeshAddress address,
        TimeSpan? since,
        bool follow,
        Stream output,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        if (address.IsReader)
        {
            await foreach (var payload in Live(bus, follow, output, cancellation))
            {
                yield return payload;
            }

            yield break;
        }

        var start = since is { } age ? ConsumerStart.AtTime(bus.Time.GetUtcNow() - age) : ConsumerStart.All;
        var follower = new StreamFollower(bus, new StreamTable(MeshSubjects.InForce).Findings, Console.Error);
        await foreach (var message in follower.Read(start, follow, output.Flush, cancellation))
        {
            using (message)
            {
                yield return message.PayloadMemory;
            }
        }
    }

    /// <summary>A reader may subscribe and no more: it sees what comes, not what was.</summary>
    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Live(
        BusConnection bus,
        bool follow,
        Stream output,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        if (!follow)
        {
            throw new CommandException(ExitCode.NoPrivilege, "without the credentials of the state directory a client is a reader, and a reader sees no history: run as the user who started the mesh, or follow");
        }

        await Console.Error.WriteLineAsync("tmesh: no credentials: a reader sees findings from now on");
        using var findings = bus.Subscribe(MeshSubjects.InForce.AllFindings);
        await foreach (var message in findings.ReadAllAsync(cancellation))
        {
            using (message)
            {
                yield return message.PayloadMemory;
            }

            if (findings.Waiting == 0)
            {
                await output.FlushAsync(cancellation);
            }
        }
    }

    private static void WriteLine(string line, Stream output)
    {
        output.Write(Encoding.UTF8.GetBytes(line + '\n'));
        output.Flush();
    }
}
