using Microsoft.Extensions.Logging;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Mesh;
using TraceeMesh.Signatures;

namespace TraceeMesh.Detector.Engine;

/// <summary>The signatures that are loaded.</summary>
public sealed partial class SignatureCatalog
{
    private SignatureCatalog(IReadOnlyList<LoadedSignature> signatures) => Signatures = signatures;

    /// <summary>All of them, in order of their ids.</summary>
    public IReadOnlyList<LoadedSignature> Signatures { get; }

    /// <summary>Loads what the factories make. One that throws, or repeats an id or event name, is logged and left out.</summary>
    public static SignatureCatalog Load(IEnumerable<Func<Signature>> factories, ILogger log)
    {
        var accepted = new SortedDictionary<string, Candidate>(StringComparer.Ordinal);
        foreach (var factory in factories)
        {
            try
            {
                Accept(accepted, Probe(factory, log), log);
            }
            catch (Exception e)
            {
                LogNotLoadable(log, e);
            }
        }

        var ids = SignatureEventIds.Assign(accepted.Keys);
        return new([.. accepted.Values.Select(c => new LoadedSignature(c.Create, c.Metadata, c.Selectors, c.WantsEnvironment, ids[c.Metadata.Id]))]);
    }

    /// <summary>What the loaded signatures want from the kernel side; those disabled or failed want nothing.</summary>
    public Selection Wanted()
    {
        var wanting = Signatures.Where(s => s.State is SignatureState.Running or SignatureState.Waiting).ToList();
        var selectors = wanting.SelectMany(s => s.Selectors).Where(s => s.Source == EventSelector.Tracee).ToList();
        return new Selection
        {
            Events = selectors.Any(s => s.AnyName) ? [EventSelector.Any] : [.. selectors.Select(s => s.Name).Distinct().Order(StringComparer.Ordinal)],
            Environment = wanting.Any(s => s.WantsEnvironment),
        };
    }

    private static Candidate Probe(Func<Signature> factory, ILogger log)
    {
        using var signature = factory();
        var metadata = signature.Metadata;
        var selectors = new List<EventSelector>();
        foreach (var selector in signature.SelectedEvents)
        {
            if (selector.Source.Length == 0)
            {
                LogNoSource(log, metadata.Id, metadata.Name);
                continue;
            }

            if (selector.Source == EventSelector.Tracee && !selector.AnyName && EventCatalog.Find(selector.Name) is not { Internal: false })
            {
                LogUnknownEvent(log, metadata.Id, selector.Name);
            }

            selectors.Add(selector);
        }

        return new(factory, metadata, selectors, signature.WantsEnvironment);
    }

    private static void Accept(SortedDictionary<string, Candidate> accepted, Candidate candidate, ILogger log)
    {
        var metadata = candidate.Metadata;
        if (metadata.Id.Length is 0 or > Limits.NameBytes || metadata.EventName.Length is 0 or > Limits.NameBytes)
        {
            LogUnusableName(log, metadata.Id, metadata.EventName, Limits.NameBytes);
        }
        else if (accepted.ContainsKey(metadata.Id))
        {
            LogRepeatedId(log, metadata.Id, metadata.Name);
        }
        else if (accepted.Values.FirstOrDefault(c => Subjects.Safe(c.Metadata.EventName) == Subjects.Safe(metadata.EventName)) is { } other)
        {
            LogRepeatedEventName(log, metadata.Id, metadata.EventName, other.Metadata.Id);
        }
        else
        {
            accepted[metadata.Id] = candidate;
        }
    }

    [LoggerMessage(1, LogLevel.Error, "a signature could not be loaded")]
    private static partial void LogNotLoadable(ILogger log, Exception e);

    [LoggerMessage(2, LogLevel.Error, "signature {Id}: {Name} does not declare an input source in one of its selectors, which is ignored")]
    private static partial void LogNoSource(ILogger log, string id, string name);

    [LoggerMessage(3, LogLevel.Error, "signature {Id} selects {EventName}, an event there is not; that selector will never match")]
    private static partial void LogUnknownEvent(ILogger log, string id, string eventName);

    [LoggerMessage(4, LogLevel.Error, "signature {Id}, {Name}, is not loaded: another signature has that id")]
    private static partial void LogRepeatedId(ILogger log, string id, string name);

    [LoggerMessage(5, LogLevel.Error, "signature {Id} is not loaded: its event name {EventName} is, on subjects, that of {Other}")]
    private static partial void LogRepeatedEventName(ILogger log, string id, string eventName, string other);

    [LoggerMessage(6, LogLevel.Error, "signature {Id} with event name {EventName} is not loaded: both want 1 to {Limit} characters")]
    private static partial void LogUnusableName(ILogger log, string id, string eventName, int limit);

    private sealed record Candidate(Func<Signature> Create, SignatureMetadata Metadata, IReadOnlyList<EventSelector> Selectors, bool WantsEnvironment);
}
