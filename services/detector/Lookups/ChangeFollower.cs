using System.Collections.Concurrent;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.MessagePack;
using TraceeMesh.ServiceDefaults;

namespace TraceeMesh.Detector.Lookups;

/// <summary>Follows the changes of the data sources that somebody asks about, those of nodes and those of the mesh.</summary>
public sealed class ChangeFollower : IDisposable
{
    private readonly ConcurrentDictionary<string, ChangeChain> _chains = new();
    private readonly ConcurrentDictionary<string, ReplicaChanges> _replicas = new();
    private readonly Subjects _subjects;
    private readonly BusRegistration _ofNodes;
    private readonly BusRegistration _ofTheMesh;
    private readonly ServiceCounter _malformed;

    /// <summary>Follows from now on.</summary>
    public ChangeFollower(BusConnection bus, Subjects subjects, ServiceCounters counters)
    {
        _subjects = subjects;
        _malformed = counters.Counter("changes_malformed", "Notices of changed data sources that could not be read");
        _ofNodes = bus.Subscribe(subjects.AllChangedOfNodes, Take);
        _ofTheMesh = bus.Subscribe(subjects.AllChangedOfTheMesh, Take);
    }

    /// <summary>The changes of a source on a node; from the first call on they are kept.</summary>
    public ChangeChain Of(string @namespace, string id, string node) =>
        _chains.GetOrAdd(_subjects.Changed(@namespace, id, node), static _ => new ChangeChain());

    /// <summary>The changes of a source of the mesh; from the first call on they are kept.</summary>
    public ReplicaChanges OfTheMesh(string @namespace, string id) =>
        _replicas.GetOrAdd(_subjects.Changed(@namespace, id), static _ => new ReplicaChanges());

    /// <inheritdoc/>
    public void Dispose()
    {
        _ofNodes.Dispose();
        _ofTheMesh.Dispose();
    }

    private void Take(IncomingMessage message)
    {
        var chain = _chains.GetValueOrDefault(message.Subject);
        var replicas = chain is null ? _replicas.GetValueOrDefault(message.Subject) : null;
        if (chain is null && replicas is null)
        {
            return;
        }

        if (ChangeCodec.TryRead(message.Payload, out var notice) == FrameStatus.Ok)
        {
            chain?.Add(notice);
            replicas?.Add(notice);
        }
        else
        {
            // Its number is missing from here on, which breaks the chain.
            _malformed.Add();
        }
    }
}
