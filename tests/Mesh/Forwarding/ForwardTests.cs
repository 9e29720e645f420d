using System.Globalization;
using System.Text;
using System.Text.Json;
using TraceeMesh.Bus;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Contracts;
using TraceeMesh.TestKit;
using TraceeMesh.Tests.Mesh.Cli;
using TraceeMesh.Tests.Mesh.Up;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Forwarding;

public sealed class ForwardTests : IAsyncLifetime
{
    private const string Trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private readonly Subjects _subjects = new();
    private ConfiguredServer _server = null!;
    private BusConnection _detector = null!;

    public async Task InitializeAsync()
    {
        _server = await ConfiguredServer.Start();
        new MeshFile($"nats://{_server.Address}", "node-a", "127.0.0.1:1", "127.0.0.1:2", 1).Write(_server.State);
        _detector = await Connect("detector");
    }

    public async Task DisposeAsync()
    {
        await _detector.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Findings_OfTheStream_ArePostedInOrderAndOnce()
    {
        await using var receiver = new Receiver();
        await Publish(0, 20);

        var (exitCode, _, errors) = await Forward(receiver, "--no-follow");
        Assert.True(exitCode == 0, errors);
        await Publish(20, 5);
        (exitCode, _, errors) = await Forward(receiver, "--no-follow");

        Assert.True(exitCode == 0, errors);
        Assert.Equal(Ids(25), receiver.Taken);
        Assert.All(receiver.Requests, r => Assert.Equal(r.FindingId, r.Key));
    }

    // What it had in hand comes again; nothing is left out, and nothing overtakes.
    [Fact]
    public async Task Forwarder_KilledInTheMiddle_GoesOnWhereItWas()
    {
        var hold = new TaskCompletionSource();
        await using var receiver = new Receiver(async r =>
        {
            if (r.FindingId == "7")
            {
                await hold.Task;
            }

            return 200;
        });
        await Publish(0, 20);
        using (var killed = Tmesh.Start(Arguments(receiver)))
        {
            await TestWait.Until(() => receiver.Taken.Count == 7, "seven are taken and the eighth is in hand", 60);
            await killed.Signal("-KILL");
        }

        hold.SetResult();
        using var next = Tmesh.Start(Arguments(receiver));

        await TestWait.Until(() => receiver.Taken.Distinct().Count() == 20, "all are taken", 60);
        Assert.Equal(Ids(20), receiver.Taken.Distinct());
        Assert.InRange(receiver.Taken.Count, 20, 22);
    }

    [Fact]
    public async Task Bus_KilledInTheMiddle_CostsNothing()
    {
        var taken = 0;
        var half = new TaskCompletionSource();
        await using var receiver = new Receiver(_ =>
        {
            if (Interlocked.Increment(ref taken) == 10)
            {
                half.SetResult();
            }

            return Task.FromResult(200);
        });
        await Publish(0, 200);
        using var command = Tmesh.Start(Arguments(receiver));
        await half.Task.WaitAsync(TimeSpan.FromSeconds(60));

        using (var bus = System.Diagnostics.Process.GetProcessById(_server.Pid!.Value))
        {
            bus.Kill();
        }

        await TestWait.Until(() => receiver.Taken.Distinct().Count() == 200, "all are taken", 90);
        Assert.Equal(Ids(200).Order(), receiver.Taken.Distinct().Order());
    }

    [Fact]
    public async Task Receiver_AwayForAWhile_GetsEverythingLater()
    {
        var attempts = 0;
        await using var receiver = new Receiver(_ => Task.FromResult(Interlocked.Increment(ref attempts) switch { 1 => 503, 2 => 429, 3 => 408, 4 => 302, _ => 200 }));
        await Publish(0, 3);

        var (exitCode, _, errors) = await Forward(receiver, "--no-follow");

        Assert.True(exitCode == 0, errors);
        Assert.Equal(Ids(3), receiver.Taken);
        Assert.Contains("attempts that failed 4", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Finding_ThatIsRefused_IsADeadLetterWithItsReason_AndTheOthersGoOn()
    {
        await using var receiver = new Receiver(r => Task.FromResult(r.FindingId == "1" ? 422 : 200));
        await Publish(0, 3);

        var (exitCode, _, errors) = await Forward(receiver, "--no-follow", "--name", "siem");

        Assert.True(exitCode == 0, errors);
        Assert.Equal(["0", "2"], receiver.Taken);
        await using var tmesh = await Connect(Permissions.CommandLine);
        var letter = await new JetStream(tmesh).GetLastMessageAsync(new StreamTable(_subjects).Dead.Name, "tracee.dead.forward.siem");
        Assert.Equal("1", JsonDocument.Parse(letter!.Payload).RootElement.GetProperty("mesh").GetProperty("id").GetString());
        Assert.True(letter.Headers.TryGet("TraceeMesh-Reason", out var reason));
        Assert.StartsWith("422", reason, StringComparison.Ordinal);
        Assert.Contains("forwarded 2, refused 1", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_FromAFile_IsShownToTheReceiverAndToNobodyElse()
    {
        const string token = "s3cr3t-of-the-siem";
        await using var receiver = new Receiver(_ => Task.FromResult(400));
        var file = Path.Combine(_server.State.Path, "token");
        await File.WriteAllTextAsync(file, $"{token}\n");
        await Publish(0, 1);

        var (exitCode, output, errors) = await Forward(receiver, "--no-follow", "--token-file", file);

        Assert.True(exitCode == 0, errors);
        Assert.Equal($"Bearer {token}", Assert.Single(receiver.Requests).Authorization);
        Assert.DoesNotContain(token, output + errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://siem.example/findings", "without TLS")]
    [InlineData("https://user:secret@siem.example/findings", "--token-file")]
    [InlineData("ftp://siem.example", "https://")]
    public async Task Address_ThatWouldGiveASecretAway_IsRefused(string url, string reason)
    {
        var file = Path.Combine(_server.State.Path, "token");
        await File.WriteAllTextAsync(file, "token");

        var (exitCode, _, errors) = await Tmesh.Run("findings", "--forward", url, "--token-file", file, "--state-dir", _server.State.Path);

        Assert.Equal(ExitCode.Usage, exitCode);
        Assert.Contains(reason, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("secret@", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Findings_AsLogRecords_CarryIdSeverityBodyAndTrace()
    {
        await using var receiver = new Receiver();
        await Publish(0, 1, BusHeaders.Json.With(MeshTrace.Header, Trace));

        var (exitCode, _, errors) = await Forward(receiver, "--no-follow", "--format", "otlp");

        Assert.True(exitCode == 0, errors);
        var request = Assert.Single(receiver.Requests);
        Assert.Equal("/v1/logs", request.Path);
        var record = JsonDocument.Parse(request.Body).RootElement.GetProperty("resourceLogs")[0].GetProperty("scopeLogs")[0].GetProperty("logRecords")[0];
        Assert.Equal("1763683200123456789", record.GetProperty("timeUnixNano").GetString());
        Assert.Equal((11, "low", "anti_debugging"), (record.GetProperty("severityNumber").GetInt32(), record.GetProperty("severityText").GetString(), record.GetProperty("eventName").GetString()));
        Assert.Equal(("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"), (record.GetProperty("traceId").GetString(), record.GetProperty("spanId").GetString()));
        Assert.Contains(record.GetProperty("attributes").EnumerateArray(), a => a.GetProperty("key").GetString() == "log.record.uid" && a.GetProperty("value").GetProperty("stringValue").GetString() == "0");
        Assert.Equal("0", JsonDocument.Parse(record.GetProperty("body").GetProperty("stringValue").GetString()!).RootElement.GetProperty("mesh").GetProperty("id").GetString());
    }

    private static IEnumerable<string> Ids(int count) => Enumerable.Range(0, count).Select(i => i.ToString(CultureInfo.InvariantCulture));

    private string[] Arguments(Receiver receiver, params string[] more) => ["findings", "--forward", receiver.Url, "--state-dir", _server.State.Path, .. more];

    private Task<(int ExitCode, string Output, string Errors)> Forward(Receiver receiver, params string[] more) => Tmesh.Run(Arguments(receiver, more));

    private async Task<BusConnection> Connect(string user) =>
        await BusConnection.ConnectAsync(new BusOptions { Urls = [$"nats://{_server.Address}"], User = user, Password = _server.Users[user].Password });

    private async Task Publish(int first, int count, BusHeaders? headers = null)
    {
        var jetStream = new JetStream(_detector);
        await jetStream.EnsureStreamAsync(new StreamTable(_subjects).Findings);
        for (var i = first; i < first + count; i++)
        {
            var finding = $$$"""{"timestamp":1763683200123456789,"hostProcessId":4711,"hostName":"h","eventName":"anti_debugging","mesh":{"id":"{{{i}}}","node":"node-a"}}""";
            (await jetStream.PublishAsync(_subjects.Finding("low", "anti_debugging", "node-a"), Encoding.UTF8.GetBytes(finding), $"{i}", headers ?? BusHeaders.Json)).OrThrow("a finding");
        }
    }
}
