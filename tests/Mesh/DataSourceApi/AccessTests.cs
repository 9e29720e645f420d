using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf.WellKnownTypes;
using TraceeMesh.Contracts;
using TraceeMesh.DataSourceApi.Access;
using TraceeMesh.DataSourceApi.Protos.Mesh;
using TraceeMesh.Grpc;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Mesh.DataSourceApi;

/// <summary>Who may do what: tokens, certificates, addresses.</summary>
public sealed class AccessTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private NatsServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await NatsServer.StartAsync();
        await File.WriteAllTextAsync(_directory["policy.yaml"], $"""
            principals:
              controller:
                tokens: [{AccessPolicy.HashOf("controller-token")}]
                certificates: [controller]
                write: [e2e_inst/demo]
                read: ["*"]
              auditor:
                tokens: [{AccessPolicy.HashOf("auditor-token")}]
                list: [my_namespace/*]
            """);
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Token_GivesWhatItsPrincipalMay_AndNothingElse()
    {
        using var service = await DataSourceApiProcess.StartAsync(_server, "a", "--access", _directory["policy.yaml"]);

        Assert.Equal(GrpcStatusCode.Unauthenticated, (await WriteAsync(service.Channel, Sources.Demo, null)).Code);
        Assert.Equal(GrpcStatusCode.Unauthenticated, (await WriteAsync(service.Channel, Sources.Demo, "guessed")).Code);
        Assert.Equal(GrpcStatusCode.PermissionDenied, (await WriteAsync(service.Channel, Sources.Demo, "auditor-token")).Code);
        Assert.True((await WriteAsync(service.Channel, Sources.Demo, "controller-token")).IsOk);

        // Who may not learns nothing of what there is.
        var threshold = await WriteAsync(service.Channel, Sources.Threshold, "controller-token");
        var none = await WriteAsync(service.Channel, new SourceName { Namespace = "no", Id = "such" }, "controller-token");
        Assert.Equal((GrpcStatusCode.PermissionDenied, "controller may not write my_namespace/threshold_datasource"), (threshold.Code, threshold.Detail));
        Assert.Equal((GrpcStatusCode.PermissionDenied, "controller may not write no/such"), (none.Code, none.Detail));

        var listed = await service.Channel.CallAsync("/traceemesh.v1.DataSources/ListSources", new ListSourcesRequest(), ListSourcesResponse.Parser, Bearer("auditor-token"), CancellationToken.None);
        Assert.Equal("threshold_datasource", Assert.Single(listed.Message!.Sources).Id);
    }

    [Fact]
    public async Task Stream_IsCheckedMessageByMessage()
    {
        using var service = await DataSourceApiProcess.StartAsync(_server, "a", "--access", _directory["policy.yaml"]);
        await using var call = service.Channel.Open<WriteResponse>("/tracee.v1beta1.DataSourceService/WriteStream", Bearer("controller-token"), TimeSpan.FromSeconds(10));
        await call.WriteAsync(Sources.Pair(Sources.Demo, "a", "1"));
        await call.WriteAsync(Sources.Pair(Sources.Threshold, "threshold", "1"));
        call.Complete();

        Assert.False(await call.ReadAsync());
        Assert.Equal((GrpcStatusCode.PermissionDenied, "controller may not write my_namespace/threshold_datasource"), (call.Code, call.Detail));
    }

    [Fact]
    public async Task Certificate_OfTheAuthority_NamesItsPrincipal_OverTls()
    {
        using var authority = Authority();
        var server = Signed(authority, "localhost");
        await File.WriteAllTextAsync(_directory["ca.pem"], authority.ExportCertificatePem());
        await File.WriteAllTextAsync(_directory["server.pem"], server.ExportCertificatePem());
        await File.WriteAllTextAsync(_directory["server.key"], server.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem());
        var port = Ports.Free();
        using var service = new DataSourceApiProcess(
            _server, "a", "--grpc", $"0.0.0.0:{port}", "--grpc-certificate", _directory["server.pem"], "--grpc-key", _directory["server.key"], "--grpc-client-ca", _directory["ca.pem"], "--access", _directory["policy.yaml"]);

        var address = new Uri($"https://localhost:{port}");
        using var known = new GrpcChannel(address, tls: Client(authority, Signed(authority, "controller")));
        await TestWait.Until(async () => (await WriteAsync(known, Sources.Demo, null)).IsOk, "the controller may write", 20, () => service.Log);
        using var stranger = new GrpcChannel(address, tls: Client(authority, Signed(authority, "stranger")));
        Assert.Equal(GrpcStatusCode.Unauthenticated, (await WriteAsync(stranger, Sources.Demo, null)).Code);
        using var otherAuthority = Authority();
        using var forger = new GrpcChannel(address, tls: Client(authority, Signed(otherAuthority, "controller")));
        Assert.NotEqual(TransportFault.None, (await WriteAsync(forger, Sources.Demo, null)).Fault);
        using var plain = new GrpcChannel(new Uri($"http://localhost:{port}"));
        Assert.NotEqual(TransportFault.None, (await WriteAsync(plain, Sources.Demo, null)).Fault);
    }

    [Theory]
    [InlineData("without TLS", "--grpc", "0.0.0.0:0")]
    [InlineData("without TLS", "--grpc", "192.0.2.1:4466", "--access", "POLICY")]
    [InlineData("yes or no", "--insecure", "perhaps")]
    [InlineData("there is no such directory", "--sources", "/no/such/directory")]
    public async Task Start_ThatWouldLetStrangersIn_IsRefused(string reason, params string[] arguments)
    {
        using var service = new DataSourceApiProcess(_server, "a", [.. arguments.Select(a => a == "POLICY" ? _directory["policy.yaml"] : a)]);

        Assert.Equal(ExitCode.Usage, await service.ExitAsync());
        Assert.Contains(reason, service.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnixSocket_IsForItsOwnerAlone()
    {
        var socket = _directory["grpc.sock"];
        using var service = new DataSourceApiProcess(_server, "a", "--grpc", $"unix:{socket}");
        using var channel = new GrpcChannel(socket, MessageFrame.DefaultMaxBytes);

        await TestWait.Until(async () => (await WriteAsync(channel, Sources.Demo, null)).IsOk, "writes are taken over the socket", 20, () => service.Log);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(socket));
    }

    private static Task<GrpcReply<TraceeMesh.DataSourceApi.Protos.Tracee.WriteDataSourceResponse>> WriteAsync(GrpcChannel channel, SourceName source, string? token) =>
        channel.WriteAsync(Sources.Pair(source, Value.ForString("key"), Value.ForString("value")), token is null ? [] : Bearer(token));

    private static KeyValuePair<string, string>[] Bearer(string token) => [new("authorization", $"Bearer {token}")];

    private static SslClientAuthenticationOptions Client(X509Certificate2 authority, X509Certificate2 certificate) => new()
    {
        ClientCertificates = [X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null)],
        RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.Issuer == authority.Subject,
    };

    private static X509Certificate2 Authority()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=test authority", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddMinutes(-5), now.AddHours(1));
    }

    private static X509Certificate2 Signed(X509Certificate2 authority, string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authority, authority.NotBefore, authority.NotAfter, RandomNumberGenerator.GetBytes(8));
        return certificate.CopyWithPrivateKey(key);
    }
}
