using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Grpc;
using Xunit;

namespace TraceeMesh.Tests.Mesh.Grpc;

/// <summary>Our server and an ordinary client of another language, over TCP and over a unix socket.</summary>
public sealed class InteropTests(InteropTests.Results results) : IClassFixture<InteropTests.Results>
{
    public static TheoryData<string> Checks =>
    [
        "unary", "unary_large", "client_stream", "client_stream_empty", "server_stream", "server_stream_fails_behind_messages", "bidirectional",
        "status_and_message", "status_details", "unknown_method", "unknown_service", "handler_throws", "deadline", "cancellation",
        "metadata_both_ways", "metadata_of_a_failure", "gzip_both_ways", "gzip_of_an_empty_message", "unknown_compression",
        "message_at_the_limit", "message_beyond_the_limit", "message_beyond_the_limit_once_decompressed", "health", "reflection",
    ];

    [PythonGrpcTheory]
    [MemberData(nameof(Checks))]
    public void Python_OverTcp_IsServed(string check) => Assert.Equal("ok", results.Tcp.GetValueOrDefault(check));

    [PythonGrpcTheory]
    [MemberData(nameof(Checks))]
    public void Python_OverUnixSocket_IsServed(string check) => Assert.Equal("ok", results.Unix.GetValueOrDefault(check));

    [PythonGrpcFact]
    public async Task Server_WhoseClientGaveUp_CancelsTheHandler() =>
        // The checks "deadline" and "cancellation", each over both.
        await TestWait.Until(() => results.CancelledHandlers >= 2, "the handlers whose deadline was over were told");

    public sealed class Results : IAsyncLifetime
    {
        private EchoServer _server = null!;

        public IReadOnlyDictionary<string, string> Tcp { get; private set; } = new Dictionary<string, string>();

        public IReadOnlyDictionary<string, string> Unix { get; private set; } = new Dictionary<string, string>();

        public int CancelledHandlers => _server.Cancelled;

        public async Task InitializeAsync()
        {
            _server = await EchoServer.StartAsync();
            if (PythonClient.Missing is not null)
            {
                return;
            }

            var protos = SourceTree.File("shared/TraceeMesh.Grpc/Protos");
            using var client = await PythonClient.GenerateAsync(
                SourceTree.File("tests/TestKit/Grpc/echo.proto"),
                Path.Combine(protos, "grpc/reflection/v1/reflection.proto"),
                Path.Combine(protos, "grpc/health/v1/health.proto"),
                Path.Combine(protos, "google/rpc/status.proto"));
            var script = SourceTree.File("tests/Mesh/Grpc/interop.py");
            var tcp = client.RunScriptAsync(script, _server.Address);
            var unix = client.RunScriptAsync(script, $"unix:{_server.Socket}");
            (Tcp, Unix) = (Parse(await tcp), Parse(await unix));
        }

        public async Task DisposeAsync() => await _server.DisposeAsync();

        private static Dictionary<string, string> Parse(string output) =>
            output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ', 2)).ToDictionary(l => l[0], l => l[1]);
    }
}
