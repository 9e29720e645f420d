using System.Text.RegularExpressions;
using Google.Protobuf.WellKnownTypes;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.DataSourceApi.Protos.Mesh;
using TraceeMesh.Grpc;
using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Signatures;
using Xunit;

namespace TraceeMesh.Tests.Mesh.DataSourceApi;

/// <summary>Sources coded in C#, that of docs/coded-source.md among them.</summary>
public sealed partial class CodedSourceTests : IAsyncLifetime
{
    private static readonly SourceName Reputation = new() { Namespace = "acme", Id = "reputation" };
    private static readonly SourceName Broken = new() { Namespace = "acme", Id = "broken" };

    private readonly TemporaryDirectory _plugins = new();
    private NatsServer _server = null!;
    private BusConnection _bus = null!;

    public async Task InitializeAsync()
    {
        var page = await File.ReadAllTextAsync(SourceTree.File("docs/coded-source.md"));
        Directory.CreateDirectory(_plugins["Acme.Reputation"]);
        await File.WriteAllBytesAsync(_plugins["Acme.Reputation/Acme.Reputation.dll"], CompiledAssembly.Of("Acme.Reputation", Example().Match(page).Groups[1].Value));
        _server = await NatsServer.StartAsync();
        _bus = await BusConnection.ConnectAsync(new BusOptions { Urls = [_server.Url] });
    }

    public async Task DisposeAsync()
    {
        await _bus.DisposeAsync();
        await _server.DisposeAsync();
        _plugins.Dispose();
    }

    [Fact]
    public async Task Source_OfThePage_HasItsOwnKeysSchemaAndValidation_InEveryReplicaAndAfterRestart()
    {
        using var a = await DataSourceApiProcess.StartAsync(_server, "a", "--plugins", _plugins.Path);
        using var b = await DataSourceApiProcess.StartAsync(_server, "b", "--plugins", _plugins.Path);

        // One key, however it is written; an int, though it came as a double.
        Assert.True((await a.Channel.WriteAsync(Pair("2001:DB8::1", """{"status":"deny","severity":7}"""))).IsOk);
        for (var i = 0; i < 10; i++)
        {
            var found = (await _bus.LookUpAsync(Reputation, "2001:db8:0::1"))[0];
            Assert.Equal(DataValue.MapOf(("status", "deny"), ("severity", 7)), found.Values);
        }

        Assert.Equal(LookupStatus.KeyNotSupported, (await _bus.LookUpAsync(Reputation, "no address"))[0].Status);
        Assert.Equal((GrpcStatusCode.InvalidArgument, "given key is not supported"), await RefusedAsync(a, "no address", """{"status":"deny","severity":7}"""));
        Assert.Equal((GrpcStatusCode.InvalidArgument, "failed to unmarshal given key or value"), await RefusedAsync(a, "10.0.0.1", """{"status":"deny","severity":11}"""));
        Assert.Equal((GrpcStatusCode.InvalidArgument, "failed to unmarshal given key or value"), await RefusedAsync(a, "10.0.0.1", """{"status":"deny","severity":1.5}"""));

        var source = (await b.Channel.AskAsync("ListSources", new ListSourcesRequest(), ListSourcesResponse.Parser)).Sources.Single(s => s.Namespace == "acme");
        Assert.Equal(("string", "map", """{"severity":"int","status":"string"}""", 1UL), (source.KeyType, source.ValueType, source.Schema, source.Entries));

        a.Kill();
        b.Kill();
        using var c = await DataSourceApiProcess.StartAsync(_server, "c", "--plugins", _plugins.Path);
        var got = await c.Channel.AskAsync("Get", new GetRequest { Source = Reputation, Keys = { Sources.Text("2001:db8::1") } }, GetResponse.Parser);
        Assert.Equal((7L, source.Revision), (got.Entries[0].Value.MapValue.Fields["severity"].IntValue, got.Entries[0].Revision));
    }

    [Fact]
    public async Task Source_WhoseCodeThrows_CostsTheOneCall()
    {
        await File.WriteAllBytesAsync(_plugins["Broken.dll"], CompiledAssembly.Of("Broken", """
            using TraceeMesh.Contracts; using TraceeMesh.Signatures.Sources;
            public sealed class Broken : IWritableDataSource
            {
                public string Namespace => "acme";
                public string Id => "broken";
                public IReadOnlyList<string> Keys => ["string"];
                public IReadOnlyDictionary<string, string> Schema { get; } = new Dictionary<string, string> { ["value"] = "string" };
                public bool TryKey(DataValue given, out DataValue key) { key = given; return given.Text != "throw" ? true : throw new InvalidOperationException("no such luck"); }
                public bool TryValue(DataValue key, DataValue given, out DataValue answer) { answer = given; return true; }
            }
            """));
        using var a = await DataSourceApiProcess.StartAsync(_server, "a", "--plugins", _plugins.Path);

        var thrown = await a.Channel.WriteAsync(Sources.Pair(Broken, Value.ForString("throw"), Value.Parser.ParseJson("{}")));
        Assert.Equal((GrpcStatusCode.Internal, "internal error when writing to data source: acme/broken failed: InvalidOperationException: no such luck"), (thrown.Code, thrown.Detail));
        Assert.Equal(LookupStatus.Unavailable, (await _bus.LookUpAsync(Broken, "throw"))[0].Status);

        // Not as its own schema says.
        Assert.Equal(GrpcStatusCode.InvalidArgument, (await a.Channel.WriteAsync(Sources.Pair(Broken, Value.ForString("k"), Value.Parser.ParseJson("""{"other":1}""")))).Code);
        Assert.True((await a.Channel.WriteAsync(Sources.Pair(Broken, Value.ForString("k"), Value.Parser.ParseJson("""{"value":"v"}""")))).IsOk);
        Assert.Equal("v", await _bus.TextAsync(Broken, "k"));
    }

    [Fact]
    public async Task Source_WhoseCodeHangs_IsUnavailable_AndTheOthersGoOn()
    {
        await File.WriteAllBytesAsync(_plugins["Bad.dll"], CompiledAssembly.Of("Bad", Source("acme", "hangs", "string", "").Replace("key = given; return true;", """key = given; if (given.Text == "hang") { new System.Threading.ManualResetEventSlim().Wait(); } return true;""", StringComparison.Ordinal)));
        using var a = await DataSourceApiProcess.StartAsync(_server, "a", "--plugins", _plugins.Path);
        var hangs = new SourceName { Namespace = "acme", Id = "hangs" };
        Assert.True((await a.Channel.WriteAsync(Sources.Pair(hangs, Value.ForString("k"), Value.Parser.ParseJson("""{"value":"v"}""")))).IsOk);
        Assert.Equal("v", await _bus.TextAsync(hangs, "k"));

        var hung = await a.Channel.WriteAsync(Sources.Pair(hangs, Value.ForString("hang"), Value.Parser.ParseJson("""{"value":"v"}""")));

        Assert.Equal((GrpcStatusCode.Internal, "internal error when writing to data source: acme/hangs failed: TimeoutException: it did not come back within 1 s"), (hung.Code, hung.Detail));
        Assert.Equal(LookupStatus.Unavailable, (await _bus.LookUpAsync(hangs, "k"))[0].Status);
        Assert.True((await a.Channel.WriteAsync(Pair("10.0.0.1", """{"status":"deny","severity":7}"""))).IsOk);
        Assert.Equal(LookupStatus.Found, (await _bus.LookUpAsync(Reputation, "10.0.0.1"))[0].Status);
    }

    [Theory]
    [InlineData("text", "Bad.dll: it is not a .NET assembly")]
    [InlineData("public sealed class Nothing;", "Bad.dll: it holds no data source")]
    [InlineData("SOURCE tracee mine string", "the namespace 'tracee' is the mesh's own")]
    [InlineData("SOURCE acme reputation string", "acme/reputation is declared already in ")]
    [InlineData("SOURCE acme other number", "'value: number' is no field of a schema")]
    [InlineData("THROWS", "Bad.dll: not today")]
    public async Task Plugin_ThatCannotBeLoaded_IsAStartErrorThatNamesIt(string content, string said)
    {
        var parts = content.Split(' ');
        var code = parts[0] switch
        {
            "SOURCE" => Source(parts[1], parts[2], parts[3], ""),
            "THROWS" => Source("acme", "throws", "string", """public Bad() => throw new InvalidOperationException("not today");"""),
            _ => content,
        };
        await File.WriteAllBytesAsync(_plugins["Bad.dll"], content == "text" ? "no assembly"u8.ToArray() : CompiledAssembly.Of("Bad", code));

        using var service = new DataSourceApiProcess(_server, "a", "--plugins", _plugins.Path);

        Assert.Equal(2, await service.ExitAsync());
        Assert.Contains(said, service.Log, StringComparison.Ordinal);
    }

    private static string Source(string @namespace, string id, string type, string more) => $$"""
        using TraceeMesh.Contracts; using TraceeMesh.Signatures.Sources;
        public sealed class Bad : IWritableDataSource
        {
            {{more}}
            public string Namespace => "{{@namespace}}";
            public string Id => "{{id}}";
            public IReadOnlyList<string> Keys => ["string"];
            public IReadOnlyDictionary<string, string> Schema { get; } = new Dictionary<string, string> { ["value"] = "{{type}}" };
            public bool TryKey(DataValue given, out DataValue key) { key = given; return true; }
            public bool TryValue(DataValue key, DataValue given, out DataValue answer) { answer = given; return true; }
        }
        """;

    private static TraceeMesh.DataSourceApi.Protos.Tracee.WriteDataSourceRequest Pair(string address, string json) =>
        Sources.Pair(Reputation, Value.ForString(address), Value.Parser.ParseJson(json));

    private static async Task<(GrpcStatusCode Code, string Detail)> RefusedAsync(DataSourceApiProcess service, string address, string json)
    {
        var reply = await service.Channel.WriteAsync(Pair(address, json));
        return (reply.Code, reply.Detail);
    }

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();
}
