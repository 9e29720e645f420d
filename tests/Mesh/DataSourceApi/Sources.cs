using Google.Protobuf.WellKnownTypes;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.DataSourceApi.Protos.Mesh;
using TraceeMesh.DataSourceApi.Protos.Tracee;
using TraceeMesh.Grpc;
using TraceeMesh.MessagePack;
using Xunit;

namespace TraceeMesh.Tests.Mesh.DataSourceApi;

/// <summary>What clients of datasource-api do: writes of both services, lookups over the bus.</summary>
internal static class Sources
{
    public static readonly SourceName Demo = new() { Namespace = "e2e_inst", Id = "demo" };

    public static readonly SourceName Threshold = new() { Namespace = "my_namespace", Id = "threshold_datasource" };

    public static WriteDataSourceRequest Pair(SourceName source, Value key, Value value) => new() { Namespace = source.Namespace, Id = source.Id, Key = key, Value = value };

    public static WriteDataSourceRequest Pair(SourceName source, string key, string value) => Pair(source, Value.ForString(key), Value.ForString(value));

    public static Task<GrpcReply<WriteDataSourceResponse>> WriteAsync(this GrpcChannel channel, WriteDataSourceRequest request, params KeyValuePair<string, string>[] metadata) =>
        channel.CallAsync("/tracee.v1beta1.DataSourceService/Write", request, WriteDataSourceResponse.Parser, metadata, CancellationToken.None);

    public static Task<GrpcReply<WriteDataSourceResponse>> WriteAsync(this GrpcChannel channel, SourceName source, string key, string value) => channel.WriteAsync(Pair(source, key, value));

    /// <summary>Streams pairs and returns how the call ended.</summary>
    public static async Task<(GrpcStatusCode Code, string Detail)> WriteStreamAsync(this GrpcChannel channel, IEnumerable<WriteDataSourceRequest> pairs)
    {
        await using var call = channel.Open<WriteDataSourceResponse>("/tracee.v1beta1.DataSourceService/WriteStream", [], TimeSpan.FromSeconds(30));
        foreach (var pair in pairs)
        {
            if (!await call.WriteAsync(pair, flush: false))
            {
                break;
            }
        }

        call.Complete();
        while (await call.ReadAsync())
        {
            // One reply, empty.
        }

        return (call.Code, call.Detail);
    }

    public static async Task<T> AskAsync<T>(this GrpcChannel channel, string method, Google.Protobuf.IMessage request, Google.Protobuf.MessageParser<T> parser)
        where T : class, Google.Protobuf.IMessage<T>
    {
        var reply = await channel.CallAsync($"/traceemesh.v1.DataSources/{method}", request, parser, [], CancellationToken.None);
        Assert.True(reply.IsOk, $"{method}: {reply.Code} {reply.Fault} {reply.Detail}");
        return reply.Message;
    }

    public static Task<WriteResponse> WriteItemsAsync(this GrpcChannel channel, SourceName source, params WriteItem[] items) =>
        channel.AskAsync("Write", new WriteRequest { Source = source, Items = { items } }, WriteResponse.Parser);

    public static WriteItem Put(string key, Datum value, ulong? expected = null)
    {
        var item = new WriteItem { Put = new Put { Key = Text(key), Value = value } };
        if (expected is { } revision)
        {
            item.ExpectedRevision = revision;
        }

        return item;
    }

    public static Datum Text(string text) => new() { StringValue = text };

    /// <summary>Asks over the bus, as a detector does.</summary>
    public static async Task<IReadOnlyList<LookupResult>> LookUpAsync(this BusConnection bus, SourceName source, params DataValue[] keys)
    {
        using var writer = new MessagePackWriter();
        LookupCodec.WriteRequest(writer, new LookupRequest { Keys = [.. keys.Select(LookupKey.Of)], DeadlineMs = 5000 });
        using var reply = await bus.RequestAsync(new Subjects().Lookup(source.Namespace, source.Id), writer.WrittenSpan, TimeSpan.FromSeconds(6), BusHeaders.MessagePack);
        Assert.Equal(ReplyStatus.Ok, reply.Status);
        Assert.Equal(FrameStatus.Ok, LookupCodec.TryReadReply(reply.Payload, out var answer));
        return answer.Results;
    }

    public static async Task<string?> TextAsync(this BusConnection bus, SourceName source, string key)
    {
        var result = (await bus.LookUpAsync(source, DataValue.Of(key)))[0];
        return result.Status == LookupStatus.Found ? result.Values["value"].Text : result.Status == LookupStatus.NotFound ? null : throw new Xunit.Sdk.XunitException($"{key}: {result.Status}");
    }
}
