using System.Collections.Concurrent;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.MessagePack;
using TraceeMesh.ServiceDefaults;

namespace TraceeMesh.Detector.Lookups;

/// <summary>Follows the changes of the data sources of all nodes that somebody asks about.</summary>
public sealed class ChangeFollower : IDisposable
{
    private readonly ConcurrentDictionary<string, ChangeChain> _chains = new();
    private readonly Subjects _subjects;
    private readonly BusRegistration _registration;
    private readonly ServiceCounter _malformed;

    /// <summary>Follows from now on.</summary>
    public ChangeFollower(BusConnection bus, Subjects subjects, ServiceCounters counters)
    {
        _subjects = subjects;
        _malformed = counters.Counter("changes_malformed", "Notices of changed data sources that could not be read");
        _registration = bus.Subscribe(subjects.AllChangedOfNodes, Take);
    }

    /// <summary>The changes of a source on a node; from the first call on they are kept.</summary>
    public ChangeChain Of(string @namespace, string id, string node) =>
        _chains.GetOrAdd(_subjects.Changed(@namespace, id, node), static _ => new ChangeChain());

    /// <inheritdoc/>
    public void Dispose() => _registration.Dispose();

    private void Take(IncomingMessage message)
    {
        if (!_chains.TryGetValue(message.Subject, out var chain))
        {
            return;
        }

        if (ChangeCodec.TryRead(message.Payload, out var notice) == FrameStatus.Ok)
        {
            chain.Add(notice);
        }
        else
        {
            // Its number is missing from here on, which breaks the chain.
            _malformed.Add();
        }
    }
}
