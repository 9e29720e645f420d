using Microsoft.Extensions.Logging;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Detector.Choosing;
using TraceeMesh.Signatures;

namespace TraceeMesh.Detector.Engine;

/// <summary>What a signature says of itself before it is loaded.</summary>
internal sealed partial class SignatureCandidate
{
    private readonly Func<Signature> _create;
    private readonly IReadOnlyList<EventSelector> _selectors;
    private readonly bool _wantsEnvironment;
    private readonly IReadOnlyList<DeclaredLookup> _declaredLookups;
    private readonly Guid _build;

    private SignatureCandidate(Func<Signature> create, SignatureMetadata metadata, IReadOnlyList<EventSelector> selectors, Signature signature)
    {
        _create = create;
        Metadata = metadata;
        _selectors = selectors;
        _wantsEnvironment = signature.WantsEnvironment;
        _declaredLookups = signature.DeclaredLookups;
        _build = signature.GetType().Module.ModuleVersionId;
    }

    /// <summary>Who it is.</summary>
    public SignatureMetadata Metadata { get; }

    /// <summary>Asks a signature on a thread of its own: foreign code may not come back.</summary>
    /// <exception cref="TimeoutException">It did not.</exception>
    /// <exception cref="SignatureInitException">One of its filters fits no event.</exception>
    public static SignatureCandidate ProbeWithin(TimeSpan time, Func<Signature> factory, ILogger log)
    {
        var probing = Task.Run(() => Probe(factory, log));
        return ((IAsyncResult)probing).AsyncWaitHandle.WaitOne(time)
            ? probing.GetAwaiter().GetResult()
            : throw new TimeoutException($"its constructor, or what it says of itself, did not come back within {time.TotalSeconds} s");
    }

    /// <summary>Asks a signature.</summary>
    /// <exception cref="SignatureInitException">One of its filters fits no event.</exception>
    public static SignatureCandidate Probe(Func<Signature> factory, ILogger log)
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

            CheckFilters(metadata, selector);
            selectors.Add(selector);
        }

        return new(factory, metadata, selectors, signature);
    }

    /// <summary>The signature, loaded.</summary>
    /// <param name="eventId">Number of the event that its findings are.</param>
    /// <param name="settings">What the operator decided about it.</param>
    public LoadedSignature Load(int eventId, SignatureSettings settings) =>
        new(_create, Metadata, _selectors, _wantsEnvironment, _declaredLookups, _build, eventId, settings, new SignatureCounts());

    private static void CheckFilters(SignatureMetadata metadata, EventSelector selector)
    {
        if (selector.Filters.Count == 0)
        {
            return;
        }

        var definition = selector is { Source: EventSelector.Tracee, AnyName: false } ? EventCatalog.Find(selector.Name) : null;
        if (definition is null)
        {
            throw new SignatureInitException($"Signature {metadata.Id} filters arguments of {selector.Source}/{selector.Name}; filters want the name of an event of {EventSelector.Tracee} that no signature makes.");
        }

        foreach (var filter in selector.Filters)
        {
            _ = ArgumentTest.Resolve(filter, definition);
        }
    }

    [LoggerMessage(2, LogLevel.Error, "signature {Id}: {Name} does not declare an input source in one of its selectors, which is ignored")]
    private static partial void LogNoSource(ILogger log, string id, string name);
}
