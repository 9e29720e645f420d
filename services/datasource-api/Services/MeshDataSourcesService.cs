using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.DataSourceApi.Access;
using TraceeMesh.DataSourceApi.Entries;
using TraceeMesh.DataSourceApi.Log;
using TraceeMesh.DataSourceApi.Lookups;
using TraceeMesh.DataSourceApi.Protos.Mesh;
using TraceeMesh.DataSourceApi.Replicas;
using TraceeMesh.DataSourceApi.Sources;
using TraceeMesh.Grpc;
using TraceeMesh.MessagePack;
using Entry = TraceeMesh.DataSourceApi.Protos.Mesh.Entry;

namespace TraceeMesh.DataSourceApi.Services;

/// <summary>What writable sources can do beyond Tracee's service: list, get, batches, conditions, delete, clear, watch.</summary>
/// <param name="desk">What all writes have in common.</param>
public sealed class MeshDataSourcesService(SourceDesk desk)
{
    /// <summary>Items of a write, and keys of a question, at most.</summary>
    public const int MaxItems = 100_000;

    private const int DefaultPage = 100;
    private const int MaxPage = 1000;
    private const int ChangesPerMessage = 1024;

    /// <summary>The service, for the server.</summary>
    public GrpcService Service => new GrpcService(DataSourcesReflection.Descriptor.Services[0])
        .Unary<ListSourcesRequest, ListSourcesResponse>("ListSources", (_, call) => Task.FromResult(ListSources(call)))
        .Unary<GetRequest, GetResponse>("Get", GetAsync)
        .Unary<ListEntriesRequest, ListEntriesResponse>("ListEntries", ListEntriesAsync)
        .Unary<WriteRequest, WriteResponse>("Write", WriteAsync)
        .Unary<ClearRequest, ClearResponse>("Clear", ClearAsync)
        .ServerStreaming<WatchRequest, WatchResponse>("Watch", WatchAsync);

    private static Source Describe(SourceReplica replica)
    {
        var source = replica.Definition;
        return new Source
        {
            Namespace = source.Namespace,
            Id = source.Id,
            Version = (uint)source.Version,
            Description = source.Description,
            KeyType = source.KeyKinds,
            Keys = { source.Keys.Select(ProtoValue.ToDatum) },
            ValueType = source.Values,
            Schema = source.Schema,
            Capacity = (uint)source.Capacity,
            Eviction = source.Eviction == Eviction.Refuse ? "refuse" : "least_recently_used",
            TtlSeconds = (uint)source.TimeToLive.TotalSeconds,
            Entries = (ulong)replica.Count,
            Revision = (ulong)replica.Applied,
        };
    }

    private static async Task CatchUpAsync(SourceReplica replica, CancellationToken cancellation)
    {
        try
        {
            await replica.CaughtUpAsync(cancellation);
        }
        catch (BusException e)
        {
            throw new GrpcException(GrpcStatusCode.Unavailable, e.Message);
        }
    }

    private static T Read<T>(SourceReplica replica, Func<EntryView, T> read)
    {
        try
        {
            return replica.Read(read);
        }
        catch (LogUnavailableException e)
        {
            throw new GrpcException(GrpcStatusCode.Unavailable, e.Message);
        }
    }

    private static Entry ToEntry(SourceReplica replica, Datum key, byte[] value, long revision) => new()
    {
        Key = key,
        Value = ProtoValue.ToDatum(replica.Types.ToWritten(StoredValue.Read(value))),
        Revision = (ulong)revision,
    };

    private static WriteResponse Respond(WriteOutcome outcome, List<ItemResult> results, bool atomic)
    {
        var response = new WriteResponse { Revision = (ulong)outcome.Revision };
        var next = 0;
        foreach (var result in results)
        {
            // Items that the source does not take were not part of the write.
            if (result.Status == ItemResult.Types.Status.Applied && outcome.Items.Count > 0)
            {
                result.Status = outcome.Items[next++] switch
                {
                    ItemStatus.Conflict => ItemResult.Types.Status.Conflict,
                    ItemStatus.Full => ItemResult.Types.Status.Full,
                    _ => atomic ? ItemResult.Types.Status.NotApplied : ItemResult.Types.Status.Applied,
                };
            }

            response.Results.Add(result);
        }

        return response;
    }

    private ListSourcesResponse ListSources(GrpcCall call)
    {
        var principal = desk.Authenticate(call);
        return new ListSourcesResponse { Sources = { desk.All.Where(r => principal.May(AccessAction.List, r.Definition.Namespace, r.Definition.Id)).Select(Describe) } };
    }

    private async Task<GetResponse> GetAsync(GetRequest request, GrpcCall call)
    {
        var replica = Find(call, AccessAction.Read, request.Source);
        if (request.Keys.Count > MaxItems)
        {
            throw new GrpcException(GrpcStatusCode.InvalidArgument, $"{request.Keys.Count} keys; at most {MaxItems}");
        }

        var keys = request.Keys.Select(k => Encode(replica, k)).ToList();
        var found = new (byte[]? Value, long Revision)[keys.Count];
        await CatchUpAsync(replica, call.Cancellation);
        var revision = Read(replica, view =>
        {
            for (var i = 0; i < found.Length; i++)
            {
                found[i] = view.TryGet(keys[i], out var entry) ? (entry.Value, entry.Revision) : default;
            }

            return view.Revision;
        });

        // Decoded only now: a long answer keeps no other reader waiting.
        var response = new GetResponse { Revision = (ulong)revision };
        for (var i = 0; i < found.Length; i++)
        {
            response.Entries.Add(found[i].Value is { } value ? ToEntry(replica, request.Keys[i], value, found[i].Revision) : new Entry { Key = request.Keys[i] });
        }

        return response;
    }

    private static byte[] Encode(SourceReplica replica, Datum key)
    {
        using var writer = new MessagePackWriter();
        return replica.Types.TryWriteKey(writer, ProtoValue.From(key)) ? writer.WrittenSpan.ToArray() : throw new GrpcException(GrpcStatusCode.InvalidArgument, "given key is not supported");
    }

    private async Task<ListEntriesResponse> ListEntriesAsync(ListEntriesRequest request, GrpcCall call)
    {
        var replica = Find(call, AccessAction.List, request.Source);
        if (!PageEnd.TryParse(request.PageToken, out var after))
        {
            throw new GrpcException(GrpcStatusCode.InvalidArgument, "the page token is none of ours");
        }

        await CatchUpAsync(replica, call.Cancellation);
        return Read(replica, view =>
        {
            var limit = request.PageSize == 0 ? DefaultPage : (int)Math.Min(request.PageSize, MaxPage);
            var entries = view.After(after, limit);
            var response = new ListEntriesResponse { NextPageToken = entries.Count == limit ? PageEnd.TokenOf(entries[^1]) : "" };
            response.Entries.AddRange(entries.Select(e => ToEntry(replica, ProtoValue.ToDatum(StoredValue.Read(e.Key)), e.Value, e.Revision)));
            return response;
        });
    }

    private async Task<WriteResponse> WriteAsync(WriteRequest request, GrpcCall call)
    {
        var entry = new AuditEntry { Namespace = request.Source?.Namespace ?? "", Id = request.Source?.Id ?? "", Pairs = request.Items.Count };
        var results = new List<ItemResult>(request.Items.Count);
        var outcome = await desk.AuditedAsync(call, entry, async () =>
        {
            var replica = Find(call, AccessAction.Write, request.Source, entry);
            if (request.Items.Count > MaxItems || request.WriteId.Length is not (0 or LogFormat.IdBytes))
            {
                throw new GrpcException(GrpcStatusCode.InvalidArgument, $"a write has at most {MaxItems} items, and an id of {LogFormat.IdBytes} bytes or none");
            }

            using var builder = new WriteBuilder(replica.Types);
            foreach (var item in request.Items)
            {
                results.Add(new ItemResult { Status = Add(builder, item) });
            }

            if (builder.Count == 0 || (request.Atomic && builder.Count < results.Count))
            {
                return new WriteOutcome(0, IsAborted: false, [.. Enumerable.Repeat(ItemStatus.Applied, builder.Count)]);
            }

            var written = await replica.WriteAsync(builder.Build(request.Atomic, request.WriteId.IsEmpty ? null : new Guid(request.WriteId.Span)), call.Cancellation);
            return written.IsAborted ? throw new GrpcException(GrpcStatusCode.Aborted, "the write took too long and was dropped; try again") : written;
        });
        return Respond(outcome, results, request.Atomic);
    }

    private static ItemResult.Types.Status Add(WriteBuilder builder, WriteItem item)
    {
        var expected = item.HasExpectedRevision ? (long)Math.Min(item.ExpectedRevision, long.MaxValue) : LogFormat.AnyRevision;
        var fault = item.OperationCase switch
        {
            WriteItem.OperationOneofCase.Put => builder.Put(ProtoValue.From(item.Put.Key), ProtoValue.From(item.Put.Value), expected),
            WriteItem.OperationOneofCase.Delete => builder.Delete(ProtoValue.From(item.Delete), expected),
            _ => throw new GrpcException(GrpcStatusCode.InvalidArgument, "an item neither puts nor deletes"),
        };
        return fault switch
        {
            PairFault.Key => ItemResult.Types.Status.KeyNotSupported,
            PairFault.Value => ItemResult.Types.Status.ValueNotSupported,
            _ => ItemResult.Types.Status.Applied,
        };
    }

    private async Task<ClearResponse> ClearAsync(ClearRequest request, GrpcCall call)
    {
        var entry = new AuditEntry { Namespace = request.Source?.Namespace ?? "", Id = request.Source?.Id ?? "" };
        var outcome = await desk.AuditedAsync(call, entry, async () =>
        {
            var replica = Find(call, AccessAction.Write, request.Source, entry);
            using var builder = new WriteBuilder(replica.Types);
            builder.Clear();
            return await replica.WriteAsync(builder.Build(atomic: true), call.Cancellation);
        });
        return new ClearResponse { Revision = (ulong)outcome.Revision };
    }

    private async Task WatchAsync(WatchRequest request, GrpcResponses<WatchResponse> responses, GrpcCall call)
    {
        var replica = Find(call, AccessAction.Watch, request.Source);
        await CatchUpAsync(replica, call.Cancellation);
        var revision = request.FromRevision == 0 ? replica.Applied : (long)Math.Min(request.FromRevision, long.MaxValue);
        await responses.StartAsync();
        while (true)
        {
            // Taken before the changes are read: one that comes in between completes it.
            var advanced = replica.Advanced;
            var changes = replica.ChangesAfter(revision, ChangesPerMessage)
                ?? throw new GrpcException(GrpcStatusCode.OutOfRange, $"the changes behind revision {revision} are no longer known: read the source and watch from the revision of what was read");
            if (changes.Count == 0)
            {
                await advanced.WaitAsync(call.Cancellation);
                continue;
            }

            for (var i = 0; i < changes.Count;)
            {
                var message = new WatchResponse { Revision = (ulong)changes[i].Revision };
                for (; i < changes.Count && (long)message.Revision == changes[i].Revision && message.Changes.Count < ChangesPerMessage; i++)
                {
                    message.Changes.Add(ToChange(replica, changes[i]));
                }

                await responses.WriteAsync(message, flush: i == changes.Count);
            }

            revision = changes[^1].Revision;
        }
    }

    private static Change ToChange(SourceReplica replica, AppliedChange change) => change.Operation switch
    {
        WriteOperation.Put => new Change
        {
            Kind = Change.Types.Kind.Put,
            Key = ProtoValue.ToDatum(StoredValue.Read(change.Key)),
            Value = ProtoValue.ToDatum(replica.Types.ToWritten(StoredValue.Read(change.Value))),
        },
        WriteOperation.Delete => new Change { Kind = Change.Types.Kind.Delete, Key = ProtoValue.ToDatum(StoredValue.Read(change.Key)) },
        _ => new Change { Kind = Change.Types.Kind.Clear },
    };

    private SourceReplica Find(GrpcCall call, AccessAction action, SourceName? source, AuditEntry? entry = null)
    {
        var principal = desk.Authenticate(call);
        if (entry is not null)
        {
            entry.Principal = principal.Name;
        }

        return desk.Find(principal, action, source?.Namespace ?? "", source?.Id ?? "");
    }
}
