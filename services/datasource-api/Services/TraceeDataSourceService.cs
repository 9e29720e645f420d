using TraceeMesh.DataSourceApi.Access;
using TraceeMesh.DataSourceApi.Log;
using TraceeMesh.DataSourceApi.Protos.Tracee;
using TraceeMesh.DataSourceApi.Replicas;
using TraceeMesh.DataSourceApi.Sources;
using TraceeMesh.Grpc;

namespace TraceeMesh.DataSourceApi.Services;

/// <summary>
/// Tracee's own service, with its codes and its words: 1. who calls, and which source; 2. take the pairs; 3. store them all or none, and
/// answer once every lookup sees them.
/// </summary>
/// <param name="desk">What all writes have in common.</param>
/// <param name="budget">Room for streams.</param>
public sealed class TraceeDataSourceService(SourceDesk desk, StreamBudget budget)
{
    private static readonly WriteDataSourceResponse Done = new();

    /// <summary>The service, for the server.</summary>
    public GrpcService Service => new GrpcService(DatasourceReflection.Descriptor.Services[0])
        .Unary<WriteDataSourceRequest, WriteDataSourceResponse>("Write", WriteAsync)
        .ClientStreaming<WriteDataSourceRequest, WriteDataSourceResponse>("WriteStream", WriteStreamAsync);

    private async Task<WriteDataSourceResponse> WriteAsync(WriteDataSourceRequest request, GrpcCall call)
    {
        var entry = new AuditEntry { Namespace = request.Namespace, Id = request.Id, Pairs = 1 };
        await desk.AuditedAsync(call, entry, async () =>
        {
            var replica = desk.Find(Authenticate(call, entry), AccessAction.Write, entry.Namespace, entry.Id);
            using var builder = new WriteBuilder(replica.Types);
            Add(builder, request, "given key is not supported", "failed to unmarshal given key or value");
            return Complete(replica, await replica.WriteAsync(builder.Build(atomic: true), call.Cancellation));
        });
        return Done;
    }

    private async Task<WriteDataSourceResponse> WriteStreamAsync(GrpcRequests<WriteDataSourceRequest> requests, GrpcCall call)
    {
        var entry = new AuditEntry();
        using var room = budget.Open();
        await desk.AuditedAsync(call, entry, async () =>
        {
            // 1. Who calls; the first message names the source.
            var principal = Authenticate(call, entry);
            if (!await requests.ReadAsync())
            {
                throw new GrpcException(GrpcStatusCode.InvalidArgument, "the stream has no message, and so names no data source");
            }

            (entry.Namespace, entry.Id) = (requests.Current.Namespace, requests.Current.Id);
            var replica = desk.Find(principal, AccessAction.Write, entry.Namespace, entry.Id);

            // 2. The pairs, until the client has no more. The last of a key wins, since all are applied in order.
            using var builder = new WriteBuilder(replica.Types);
            do
            {
                var request = requests.Current;
                if (request.Namespace != entry.Namespace || request.Id != entry.Id)
                {
                    // Its target is ignored, as the peer does; but nobody names a source that he may not write.
                    SourceDesk.RefuseUnless(principal, AccessAction.Write, request.Namespace, request.Id);
                }

                Add(builder, request, "a given key is not supported", "failed to unmarshal a given key or value");
                entry.Pairs = builder.Count;
                room.Take(builder.Bytes);
            }
            while (await requests.ReadAsync());

            // 3. All or none.
            return Complete(replica, await replica.WriteAsync(builder.Build(atomic: true), call.Cancellation));
        });
        return Done;
    }

    private Principal Authenticate(GrpcCall call, AuditEntry entry)
    {
        var principal = desk.Authenticate(call);
        entry.Principal = principal.Name;
        return principal;
    }

    private static void Add(WriteBuilder builder, WriteDataSourceRequest request, string keyRefused, string valueRefused)
    {
        switch (builder.Put(ProtoValue.From(request.Key), ProtoValue.From(request.Value)))
        {
            case PairFault.Key:
                throw new GrpcException(GrpcStatusCode.InvalidArgument, keyRefused);
            case PairFault.Value:
                throw new GrpcException(GrpcStatusCode.InvalidArgument, valueRefused);
            default:
                break;
        }
    }

    // A write that was not applied is refused before it is audited, so that the audit says so.
    private static WriteOutcome Complete(SourceReplica replica, WriteOutcome outcome) =>
        outcome.IsComplete ? outcome
        : outcome.IsAborted ? throw new GrpcException(GrpcStatusCode.Aborted, "the write took too long and was dropped; try again")
        : throw new GrpcException(GrpcStatusCode.ResourceExhausted, $"{replica.Definition.Name} is full: it holds {replica.Definition.Capacity} keys");
}
