using TraceeMesh.Bus;
using TraceeMesh.DataSourceApi.Access;
using TraceeMesh.DataSourceApi.Audit;
using TraceeMesh.DataSourceApi.Log;
using TraceeMesh.DataSourceApi.Replicas;
using TraceeMesh.DataSourceApi.Sources;
using TraceeMesh.DataSourceApi.Sources.Coded;
using TraceeMesh.Grpc;

namespace TraceeMesh.DataSourceApi.Services;

/// <summary>What both gRPC services do alike: find the source, ask the policy, write, and enter every write into the audit.</summary>
/// <param name="replicas">The sources.</param>
/// <param name="others">The sources that are not served here.</param>
/// <param name="policy">Who may do what.</param>
/// <param name="audit">Where writes are entered.</param>
/// <param name="instance">Name of this instance.</param>
/// <param name="time">The clock.</param>
public sealed class SourceDesk(IReadOnlyList<SourceReplica> replicas, OtherSources others, AccessPolicy policy, AuditLog audit, string instance, TimeProvider time)
{
    private static readonly HashSet<string> Writes =
    [
        "/tracee.v1beta1.DataSourceService/Write", "/tracee.v1beta1.DataSourceService/WriteStream",
        "/traceemesh.v1.DataSources/Write", "/traceemesh.v1.DataSources/Clear",
    ];

    private readonly Dictionary<(string Namespace, string Id), SourceReplica> _replicas = replicas.ToDictionary(r => (r.Definition.Namespace, r.Definition.Id));

    /// <summary>All sources.</summary>
    public IReadOnlyList<SourceReplica> All => replicas;

    /// <summary>Who calls.</summary>
    /// <exception cref="GrpcException">Nobody knows.</exception>
    public Principal Authenticate(GrpcCall call) => policy.Authenticate(call);

    /// <summary>Finds a source for somebody who wants to do something with it.</summary>
    /// <exception cref="GrpcException">There is none, or he may not. Who may not learns nothing of what there is.</exception>
    public SourceReplica Find(Principal principal, AccessAction action, string @namespace, string id)
    {
        RefuseUnless(principal, action, @namespace, id);
        if (_replicas.TryGetValue((@namespace, id), out var replica))
        {
            return replica;
        }

        // The peer's wording, to the letter: clients compare it.
        if (action == AccessAction.Write && others.Contains(@namespace, id))
        {
            throw new GrpcException(GrpcStatusCode.Unimplemented, $"requested data source is not writable (namespace: {@namespace}, id: {id})");
        }

        var message = $"requested data source does not exist (namespace: {@namespace}, id: {id})";
        throw _replicas.ContainsKey((id, @namespace))
            ? GrpcException.WithInfo(GrpcStatusCode.NotFound, message, "NAMESPACE_AND_ID_SWAPPED", "traceemesh", new Dictionary<string, string>
            {
                ["namespace"] = id,
                ["id"] = @namespace,
                ["hint"] = $"there is a data source with namespace {id} and id {@namespace}: namespace and id are swapped",
            })
            : new GrpcException(GrpcStatusCode.NotFound, message);
    }

    /// <summary>Refuses who may not.</summary>
    /// <exception cref="GrpcException">PERMISSION_DENIED.</exception>
    public static void RefuseUnless(Principal principal, AccessAction action, string @namespace, string id)
    {
        if (!principal.May(action, @namespace, id))
        {
            throw new GrpcException(GrpcStatusCode.PermissionDenied, $"{principal.Name} may not {action.ToString().ToLowerInvariant()} {@namespace}/{id}");
        }
    }

    /// <summary>Carries out a write and enters it into the audit, however it ends.</summary>
    /// <param name="call">The call.</param>
    /// <param name="entry">What is known of it as it goes on.</param>
    /// <param name="write">The write; returns the outcome.</param>
    public Task<WriteOutcome> AuditedAsync(GrpcCall call, AuditEntry entry, Func<Task<WriteOutcome>> write) => AuditedAsync(WriteOrigin.Of(call), entry, write);

    /// <summary>The same, whichever way the write came.</summary>
    /// <param name="origin">Where it comes from.</param>
    /// <param name="entry">What is known of it as it goes on.</param>
    /// <param name="write">The write; returns the outcome.</param>
    public async Task<WriteOutcome> AuditedAsync(WriteOrigin origin, AuditEntry entry, Func<Task<WriteOutcome>> write)
    {
        try
        {
            var outcome = await write();
            Enter(origin, entry, outcome.Revision, outcome.IsAborted ? GrpcStatusCode.Aborted : GrpcStatusCode.Ok, outcome.IsComplete ? "" : $"{outcome.Items.Count(i => i != ItemStatus.Applied)} items were not applied");
            return outcome;
        }
        catch (LogUnavailableException e)
        {
            var code = e.IsFull ? GrpcStatusCode.ResourceExhausted : GrpcStatusCode.Unavailable;
            Enter(origin, entry, 0, code, e.Message);
            throw new GrpcException(code, e.Message);
        }
        catch (BusException e)
        {
            Enter(origin, entry, 0, GrpcStatusCode.Unavailable, e.Message);
            throw new GrpcException(GrpcStatusCode.Unavailable, e.Message);
        }
        catch (SourceCodeException e)
        {
            // The peer's wording, again.
            var message = $"internal error when writing to data source: {e.Message}";
            Enter(origin, entry, 0, GrpcStatusCode.Internal, message);
            throw new GrpcException(GrpcStatusCode.Internal, message);
        }
        catch (GrpcException e)
        {
            Enter(origin, entry, 0, e.Code, e.Message);
            throw;
        }
        catch (Exception e)
        {
            // The client has gone, gave up, or something unknown happened: then whoever catches it knows more.
            Enter(origin, entry, 0, origin.EndedAs() ?? GrpcStatusCode.Unknown, e.Message);
            throw;
        }
    }

    /// <summary>Enters a write that could not even be read.</summary>
    public void EnterRefused(GrpcCall call, GrpcStatusCode code, string message)
    {
        if (Writes.Contains(call.Method))
        {
            Enter(WriteOrigin.Of(call), new AuditEntry { Principal = NameOf(call) }, 0, code, message);
        }
    }

    private string NameOf(GrpcCall call)
    {
        try
        {
            return policy.Authenticate(call).Name;
        }
        catch (GrpcException)
        {
            return ""; // The record says so.
        }
    }

    private void Enter(WriteOrigin origin, AuditEntry entry, long revision, GrpcStatusCode code, string message) => audit.Add(new AuditRecord
    {
        Timestamp = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100,
        Instance = instance,
        Principal = entry.Principal,
        Peer = origin.Peer,
        Method = origin.Method,
        Namespace = entry.Namespace,
        Id = entry.Id,
        Pairs = entry.Pairs,
        Revision = revision,
        Status = code.WireName(),
        Message = message,
    });
}
