using System.Text;
using System.Text.Json;
using TraceeMesh.Bus;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Ledger;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Contracts.Mesh;
using TraceeMesh.MessagePack;
using TraceeMesh.Tests.Mesh.Up;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Cli;

public sealed class CommandTests : IAsyncLifetime
{
    private const string Node = "node-a";
    private const string Load = "a81d02c4";

    private readonly Subjects _subjects = new();
    private readonly List<BusConnection> _connections = [];
    private ConfiguredServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await ConfiguredServer.Start();
        new MeshFile($"nats://{_server.Address}", Node, "127.0.0.1:1", "127.0.0.1:2", 1).Write(_server.State);
    }

    public async Task DisposeAsync()
    {
        foreach (var connection in _connections)
        {
            await connection.DisposeAsync();
        }

        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Findings_OfTheStream_AreOneJsonLineEach()
    {
        await Publish(Finding("anti_debugging", 1), Finding("ld_preload", 2));

        var (exitCode, output, errors) = await Run("findings", "--json", "--no-follow");

        Assert.True(exitCode == 0, errors);
        Assert.Equal(["anti_debugging", "ld_preload"], output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("eventName").GetString()));
    }

    [Fact]
    public async Task Findings_IntoAFile_StandBehindWhatWasThere()
    {
        await Publish(Finding("anti_debugging", 1));
        var file = Path.Combine(_server.State.Path, "out");
        var tmesh = $"dotnet '{typeof(TraceeMesh.Cli.CommandException).Assembly.Location}' findings --no-follow --json --state-dir '{_server.State.Path}'";

        using (var shell = System.Diagnostics.Process.Start("bash", ["-c", $"( echo before; {tmesh}; echo after ) > '{file}'"]))
        {
            await shell.WaitForExitAsync();
        }

        var lines = await File.ReadAllLinesAsync(file);
        Assert.Equal(3, lines.Length);
        Assert.Equal(("before", "after"), (lines[0], lines[2]));
    }

    [Fact]
    public async Task Findings_WhoseReaderLeaves_End()
    {
        await Publish([.. Enumerable.Range(0, 20_000).Select(i => Finding("anti_debugging", i))]);
        var tmesh = $"dotnet '{typeof(TraceeMesh.Cli.CommandException).Assembly.Location}' findings --json --state-dir '{_server.State.Path}'";

        using var shell = System.Diagnostics.Process.Start("bash", ["-c", $"{tmesh} | head -n 1 > /dev/null; exit ${{PIPESTATUS[0]}}"]);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await shell.WaitForExitAsync(patience.Token);

        Assert.Equal(ExitCode.Ok, shell.ExitCode);
    }

    [Fact]
    public async Task Findings_Since_LeavesOutTheOlder()
    {
        await Publish(Finding("anti_debugging", 1));

        var (exitCode, output, _) = await Run("findings", "--no-follow", "--since", "0s");

        Assert.Equal((0, ""), (exitCode, output));
    }

    [Fact]
    public async Task Findings_Repeated_AreShownFoldedWithTheirCount()
    {
        await Publish([.. Enumerable.Range(0, 5).Select(i => Finding("anti_debugging", i)), Finding("ld_preload", 5)]);

        var (_, output, _) = await Run("findings", "--no-follow");
        var (_, all, _) = await Run("findings", "--no-follow", "--json");

        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.Single(lines, l => l.EndsWith("  [4 more, 5 in all]", StringComparison.Ordinal));
        Assert.Equal(6, all.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Findings_Following_PrintsHistoryThenWhatComesAndNothingTwice()
    {
        await Publish(Finding("anti_debugging", 1));
        using var command = Tmesh.Start("findings", "--state-dir", _server.State.Path);
        Assert.Contains("anti_debugging", await command.ReadLine(), StringComparison.Ordinal);

        await Publish(Finding("ld_preload", 2), Finding("fileless_execution", 3));

        Assert.Contains("ld_preload", await command.ReadLine(), StringComparison.Ordinal);
        Assert.Contains("fileless_execution", await command.ReadLine(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Findings_WithoutCredentialsNorFollowing_AreRefused()
    {
        File.Delete(_server.State.CredentialsOf(Permissions.CommandLine));

        var (exitCode, _, errors) = await Run("findings", "--no-follow");

        Assert.Equal(ExitCode.NoPrivilege, exitCode);
        Assert.Contains("reader", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_OfServicesThatBeat_IsOneObjectForEachInstance()
    {
        var detector = await Connect("detector");
        using var beating = new CancellationTokenSource();
        var beats = Beat(detector, "detector", "detector-1", beating.Token);

        var (exitCode, output, errors) = await Run("status", "--json");
        await beating.CancelAsync();
        await beats;

        Assert.True(exitCode == 0, errors);
        var status = JsonDocument.Parse(Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries))).RootElement;
        Assert.Equal(("detector", "detector-1", Node, 4711, "ready"), (status.GetProperty("service").GetString(), status.GetProperty("instance").GetString(), status.GetProperty("node").GetString(), status.GetProperty("pid").GetInt32(), status.GetProperty("state").GetString()));
    }

    [Fact]
    public async Task Signatures_OfADetector_AreOneObjectEach()
    {
        var detector = await Connect("detector");
        var list = new SignatureList("detector-1", [new SignatureStatus { Id = "TRC-102", EventName = "anti_debugging", Version = "1", State = SignatureStatus.Running, Events = ["ptrace"], Evaluations = 7 }]);
        using var answering = detector.Subscribe(_subjects.Signatures, message => message.Respond(JsonSerializer.SerializeToUtf8Bytes(list, MeshJson.Default.SignatureList)));
        using var beating = new CancellationTokenSource();
        var beats = Beat(detector, "detector", "detector-1", beating.Token);

        var (exitCode, output, errors) = await Run("signatures", "--json");
        var forPeople = await Run("signatures");
        await beating.CancelAsync();
        await beats;

        Assert.True(exitCode == 0, errors);
        Assert.Equal(
            "{\"id\":\"TRC-102\",\"event_name\":\"anti_debugging\",\"version\":\"1\",\"state\":\"running\",\"reason\":\"\",\"unavailable_events\":[],\"evaluations\":7,\"findings\":0,\"errors\":0,\"ns_per_event\":0,\"lookups\":{\"asked\":0,\"hit\":0,\"batched\":0,\"late\":0,\"failed\":0}}\n",
            output);
        Assert.Contains("TRC-102      anti_debugging", forPeople.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signatures_OfDetectorsThatDoNotAnswer_AreAFailure()
    {
        var detector = await Connect("detector");
        using var beating = new CancellationTokenSource();
        var beats = Beat(detector, "detector", "detector-1", beating.Token);

        var (exitCode, _, errors) = await Run("signatures", "--json");
        await beating.CancelAsync();
        await beats;

        Assert.Equal(ExitCode.Failure, exitCode);
        Assert.Contains("detector-1 does not answer", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("found", 0)]
    [InlineData("not_found", 3)]
    [InlineData("key_not_supported", 4)]
    [InlineData("unavailable", 5)]
    public async Task Get_ByTheAnswer_EndsWithItsExitCode(string answer, int expected)
    {
        var enricher = await Connect("enricher");
        using var source = enricher.Subscribe(_subjects.Lookup("tracee", "containers", Node), message => Answer(message, answer));
        await enricher.FlushAsync(TimeSpan.FromSeconds(5));

        var (exitCode, output, errors) = await Run("get", "tracee", "containers", "270f", "--json");

        Assert.True(exitCode == expected, errors);
        Assert.Equal(expected == 0 ? "{\"container_id\":\"270f\",\"container_ctime\":1763683200100000000}\n" : "", output);
    }

    [Fact]
    public async Task Get_FromASourceNobodyServes_IsUnavailableAtOnce() =>
        Assert.Equal(ExitCode.Unavailable, (await Run("get", "tracee", "nothing", "key")).ExitCode);

    [Theory]
    [InlineData(80, null, false, 0)]
    [InlineData(80, null, true, 0)]
    [InlineData(70, null, false, 1)]
    [InlineData(70, "stream_limit", false, 0)]
    [InlineData(70, "stream_limit", true, 2)]
    public async Task Ledger_ByTheBooks_EndsWithItsExitCode(long judged, string? lost, bool noLoss, int expected)
    {
        var collector = await Connect("collector");
        using var control = collector.Subscribe(_subjects.Control(Node), message => message.Respond(JsonSerializer.SerializeToUtf8Bytes(new LedgerCut(Load, 100), MeshJson.Default.LedgerCut)));
        using var beating = new CancellationTokenSource();
        var beats = Beat(collector, "collector", "collector-1", beating.Token);
        await WriteBooks(judged, lost);

        var (exitCode, output, errors) = await Run(["ledger", "--json", "--timeout", "1s", .. noLoss ? ["--no-loss"] : Array.Empty<string>()]);
        await beating.CancelAsync();
        await beats;

        Assert.True(exitCode == expected, errors + output);
        var report = JsonDocument.Parse(output).RootElement;
        Assert.Equal(100, report.GetProperty("produced").GetInt64());
        Assert.Equal(judged, report.GetProperty("judged").GetInt64());
        Assert.Equal(expected != 1, report.GetProperty("balanced").GetBoolean());
    }

    [Fact]
    public async Task AnyCommand_WithoutABus_SaysSoWithItsExitCode()
    {
        var (exitCode, output, errors) = await Tmesh.Run("status", "--nats", "nats://127.0.0.1:1");

        Assert.Equal((ExitCode.BusUnreachable, ""), (exitCode, output));
        Assert.StartsWith("tmesh: ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnyCommand_WithAnUnknownFlag_IsAUsageError() =>
        Assert.Equal(ExitCode.Usage, (await Tmesh.Run("status", "--nope")).ExitCode);

    private Task<(int ExitCode, string Output, string Errors)> Run(params string[] arguments) => Tmesh.Run([.. arguments, "--state-dir", _server.State.Path]);

    private async Task<BusConnection> Connect(string user)
    {
        var credentials = _server.Users[user];
        var connection = await BusConnection.ConnectAsync(new BusOptions { Urls = [$"nats://{_server.Address}"], User = credentials.User, Password = credentials.Password });
        _connections.Add(connection);
        return connection;
    }

    private static string Finding(string name, int id) =>
        $$$"""{"timestamp":1763683200123456789,"hostProcessId":4711,"hostParentProcessId":1,"processName":"python3","eventName":"{{{name}}}","metadata":{"Properties":{"Severity":1,"signatureName":"x"}},"mesh":{"id":"{{{id}}}","node":"node-a"}}""";

    private async Task Publish(params string[] findings)
    {
        var jetStream = new JetStream(await Connect("detector"));
        await jetStream.EnsureStreamAsync(new StreamTable(_subjects).Findings);
        foreach (var finding in findings)
        {
            var ack = await jetStream.PublishAsync(_subjects.Finding("low", "any", Node), Encoding.UTF8.GetBytes(finding));
            ack.OrThrow("a finding");
        }
    }

    private async Task Beat(BusConnection connection, string service, string instance, CancellationToken cancellation)
    {
        var heartbeat = JsonSerializer.SerializeToUtf8Bytes(
            new Heartbeat { Service = service, Instance = instance, Node = Node, Pid = 4711, State = Heartbeat.Ready, Started = 1, Timestamp = 2 },
            MeshJson.Default.Heartbeat);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation))
            {
                connection.Publish(_subjects.Heartbeat(service, instance), heartbeat);
            }
        }
        catch (OperationCanceledException)
        {
            // The command has seen enough.
        }
    }

    private static void Answer(IncomingMessage message, string answer)
    {
        Assert.Equal(FrameStatus.Ok, LookupCodec.TryReadRequest(message.Payload.ToArray(), out var request));
        var result = answer == "found"
            ? new LookupResult(LookupStatus.Found, DataValue.MapOf(("container_id", request.Keys[0].Value), ("container_ctime", DataValue.Of(1763683200100000000))), 0, 0, true)
            : LookupResult.Failed(LookupStatuses.Parse(answer));
        using var writer = new MessagePackWriter();
        LookupCodec.WriteReply(writer, new LookupReply([result]));
        message.Respond(writer.WrittenSpan);
    }

    private async Task WriteBooks(long judged, string? lost)
    {
        var streams = new StreamTable(_subjects);
        var enricher = new JetStream(await Connect("enricher"));
        await enricher.EnsureStreamAsync(streams.Ledger);
        var account = new NodeAccount
        {
            Node = Node,
            BootId = "boot",
            LoadId = Load,
            Produced = 100,
            Derived = 0,
            Filtered = new Dictionary<string, long> { [FilterRules.NotSelected] = 20 },
            Lost = new Dictionary<string, long>(),
            Emitted = new Dictionary<int, long> { [3] = 80 },
            Timestamp = 1,
        };
        (await enricher.PublishAsync(_subjects.Ledger(Node), JsonSerializer.SerializeToUtf8Bytes(account, MeshJson.Default.NodeAccount))).OrThrow("the account");

        var leases = await new JetStream(await Connect("detector")).EnsureBucketAsync(streams.Leases);
        var lease = new LeaseRecord
        {
            Owner = "detector-1",
            Fence = 1,
            Sequence = 1,
            StreamCreated = "",
            Nodes = new Dictionary<string, JudgedAccount>
            {
                [Node] = new() { LoadId = Load, Judged = [[0, judged]], Lost = lost is null ? [] : [new LossRange(judged, 80, lost)] },
            },
        };
        Assert.True((await leases.PutAsync("p3", JsonSerializer.SerializeToUtf8Bytes(lease, MeshJson.Default.LeaseRecord))).IsWritten);
    }
}
