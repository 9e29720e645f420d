using System.CommandLine;
using System.Text;
using TraceeMesh.Bus;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Cli.Findings;
using TraceeMesh.Cli.Streams;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Commands;

/// <summary><c>tmesh findings</c>: what the stream holds, then what comes.</summary>
internal static class FindingsCommand
{
    public static Command Create()
    {
        var json = CommonOptions.Json();
        var since = new Option<TimeSpan?>("--since") { Description = "Only findings of the last 30s, 10m, 2h, 7d [default: all the stream holds]", CustomParser = CommonOptions.ParseDuration };
        var noFollow = new Option<bool>("--no-follow") { Description = "End with the findings there are" };
        var nats = CommonOptions.Nats();
        var stateDirectory = CommonOptions.StateDirectory();
        var command = new Command("findings", "Print findings: those of the stream, then those that come; repeats are folded, with --json they are not") { json, since, noFollow, nats, stateDirectory };
        command.SetAction((parsed, cancellation) => Run(
            MeshAddress.Find(parsed.GetValue(nats), parsed.GetValue(stateDirectory)),
            parsed.GetValue(json),
            parsed.GetValue(since),
            !parsed.GetValue(noFollow),
            cancellation));
        return command;
    }

    private static async Task<int> Run(MeshAddress address, bool json, TimeSpan? since, bool follow, CancellationToken cancellation)
    {
        await using var bus = await MeshConnection.Open(address, cancellation);
        await using var output = Stream.Synchronized(StandardOutput.Open());
        var fold = new FindingFold(line => WriteLine(line, output), bus.Time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var folding = !json && follow ? fold.RunAsync(end.Token) : Task.CompletedTask;
        var skipped = 0;
        await foreach (var payload in Payloads(bus, address, since, follow, output, cancellation))
        {
            if (!(json ? JsonLine.TryWrite(payload, output) : fold.TryTake(payload)))
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
