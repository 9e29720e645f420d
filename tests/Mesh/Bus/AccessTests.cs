using System.Diagnostics;
using TraceeMesh.Bus;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Bus;

public sealed class AccessTests
{
    private const string Users = """
        authorization {
          users: [
            { user: "collector", password: "secret", permissions: { publish: ["allowed.>", "$JS.API.>"], subscribe: ["allowed.>", "_INBOX_collector.>"] } }
          ]
        }
        """;

    [Fact]
    public async Task Connect_NoServer_SaysWhereAndWhatToDo()
    {
        var port = Ports.Free();

        var thrown = await Assert.ThrowsAsync<BusException>(() => BusConnection.ConnectAsync(new BusOptions { Urls = [$"nats://me:hidden@127.0.0.1:{port}"] }));

        Assert.Equal(BusErrorKind.Unreachable, thrown.Kind);
        Assert.Contains($"nats://127.0.0.1:{port}", thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_WrongPassword_SaysWhoWasRefused()
    {
        await using var server = await NatsServer.StartAsync(Users);

        var thrown = await Assert.ThrowsAsync<BusException>(() => BusConnection.ConnectAsync(Collector(server) with { Password = "wrong" }));

        Assert.Equal(BusErrorKind.Unauthorized, thrown.Kind);
        Assert.Contains("'collector'", thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Permissions_ForbiddenSubject_IsReportedAndCounted()
    {
        await using var server = await NatsServer.StartAsync(Users);
        await using var connection = await BusConnection.ConnectAsync(Collector(server));
        var faults = new List<BusFault>();
        connection.FaultReported += fault =>
        {
            lock (faults)
            {
                faults.Add(fault);
            }
        };
        using var allowed = connection.Subscribe("allowed.one");

        connection.Publish("forbidden.publish", "x"u8);
        await TestWait.Until(() => connection.Statistics.PermissionViolations == 1, "the publish is forbidden");
        using var forbidden = connection.Subscribe("forbidden.subscribe");
        connection.Publish("allowed.one", "x"u8);

        using var message = await allowed.ReadAsync();
        await TestWait.Until(() => connection.Statistics.PermissionViolations == 2, "both violations are counted");
        Assert.All(faults, fault => Assert.Equal(BusErrorKind.NotPermitted, fault.Kind));
        Assert.Contains(faults, fault => fault.Text.Contains("forbidden.publish", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.Text.Contains("forbidden.subscribe", StringComparison.Ordinal));
        var state = await new JetStream(connection).FindStreamAsync("none");
        Assert.Null(state);
    }

    [Fact]
    public async Task Connection_PasswordChangedWhileAway_ClosesForGoodAndSaysWhy()
    {
        await using var server = await NatsServer.StartAsync("include users.conf", prepare: directory => File.WriteAllText(Path.Combine(directory, "users.conf"), Users));
        await using var connection = await BusConnection.ConnectAsync(Collector(server) with { ReconnectWait = TimeSpan.FromMilliseconds(50) });
        using var subscription = connection.Subscribe("allowed.one");

        server.Kill();
        await File.WriteAllTextAsync(Path.Combine(server.Directory, "users.conf"), Users.Replace("secret", "changed", StringComparison.Ordinal));
        await server.StartAgainAsync();

        Assert.Null(await subscription.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10)));
        await TestWait.Until(() => connection.State == BusState.Closed, "the connection is closed");
        Assert.Contains("Authorization", connection.LastFault!.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tls_MutualWithOwnAuthority_Connects()
    {
        await using var server = await NatsServer.StartAsync("""tls { cert_file: "$DIR/server.pem", key_file: "$DIR/server.key", ca_file: "$DIR/ca.pem", verify: true }""", prepare: MakeCertificates);
        var tls = new BusTls
        {
            CertificateAuthorityFile = Path.Combine(server.Directory, "ca.pem"),
            CertificateFile = Path.Combine(server.Directory, "client.pem"),
            KeyFile = Path.Combine(server.Directory, "client.key"),
        };

        await using (var connection = await BusConnection.ConnectAsync(new BusOptions { Urls = [$"tls://localhost:{server.Port}"], Tls = tls }))
        {
            using var subscription = connection.Subscribe("secret");
            connection.Publish("secret", "x"u8);
            using var message = await subscription.ReadAsync();
            Assert.Equal("x"u8, message!.Payload);
        }

        await using (var byAddress = await BusConnection.ConnectAsync(new BusOptions { Urls = [server.Url], Tls = tls }))
        {
            Assert.Equal(BusState.Connected, byAddress.State);
        }

        var otherName = await Assert.ThrowsAsync<BusException>(() => BusConnection.ConnectAsync(new BusOptions { Urls = [server.Url], Tls = tls with { ServerName = "elsewhere.example" } }));
        Assert.Equal(BusErrorKind.Tls, otherName.Kind);
        var plain = await Assert.ThrowsAsync<BusException>(() => BusConnection.ConnectAsync(new BusOptions { Urls = [server.Url] }));
        Assert.Equal(BusErrorKind.Tls, plain.Kind);
        var missing = await Assert.ThrowsAsync<BusException>(() => BusConnection.ConnectAsync(new BusOptions { Urls = [server.Url], Tls = tls with { CertificateAuthorityFile = "/nowhere/ca.pem" } }));
        Assert.Contains("/nowhere/ca.pem", missing.Message, StringComparison.Ordinal);
    }

    private static BusOptions Collector(NatsServer server) => new() { Urls = [server.Url], User = "collector", Password = "secret", InboxPrefix = "_INBOX_collector" };

    private static void MakeCertificates(string directory)
    {
        OpenSsl(directory, "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test-authority -keyout ca.key -out ca.pem");
        Issue("server");
        Issue("client");

        void Issue(string name)
        {
            File.WriteAllText(Path.Combine(directory, $"{name}.ext"), "subjectAltName=DNS:localhost,IP:127.0.0.1");
            OpenSsl(directory, $"req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN={name} -keyout {name}.key -out {name}.csr");
            OpenSsl(directory, $"x509 -req -in {name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile {name}.ext -out {name}.pem");
        }
    }

    private static void OpenSsl(string directory, string arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("openssl", arguments) { WorkingDirectory = directory, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors);
    }
}
