using Microsoft.Extensions.Logging;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Mesh;
using TraceeMesh.Detector.Choosing;
using TraceeMesh.Detector.Selecting;
using TraceeMesh.Signatures;

namespace TraceeMesh.Detector.Engine;

/// <summary>
/// The signatures that are loaded. They change as a whole, between two frames of each partition: an event is judged by the signatures
/// before a change or by those after it, never by both and never by neither.
/// </summary>
/// <param name="log">The log.</param>
public sealed partial class SignatureCatalog(ILogger log) : IDisposable
{
    /// <summary>Signatures loaded at a time; the numbers of their events would not do for more.</summary>
    public const int MaxSignatures = 800;

    /// <summary>How long a signature may take to say who it is.</summary>
    public static readonly TimeSpan ProbeTime = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _change = new(1, 1);
    private readonly HashSet<SignatureFence> _fences = [];
    private volatile IReadOnlyList<LoadedSignature> _signatures = [];
    private IReadOnlyDictionary<string, SignatureSettings> _settings = new Dictionary<string, SignatureSettings>();

    /// <summary>All of them, in order of their ids; another list after each change.</summary>
    public IReadOnlyList<LoadedSignature> Signatures => _signatures;

    /// <summary>A catalog of what the factories make. One that throws, or repeats an id or event name, is refused and logged.</summary>
    public static SignatureCatalog Load(IEnumerable<Func<Signature>> factories, ILogger log)
    {
        var catalog = new SignatureCatalog(log);
        catalog.Apply([.. factories], []);
        return catalog;
    }

    /// <summary>What is known of each signature now, in order of their ids.</summary>
    public IReadOnlyList<SignatureReport> Report() => [.. _signatures.Select(s => s.Report())];

    /// <summary>
    /// Removes signatures and adds others, in one step. One that comes under an id that goes replaces it: it keeps the number of its
    /// event and what is kept under its id in <see cref="ISignatureContext.State"/>.
    /// </summary>
    /// <param name="add">Make the new ones, the first of them first. One that throws, or repeats an id or event name, is refused and logged.</param>
    /// <param name="remove">Ids of those to go; one that is not there is logged.</param>
    /// <param name="cancellation">Gives up waiting; the change is made.</param>
    /// <returns>What came of it, when every partition has changed over and let go of the objects of those removed.</returns>
    public async Task<SignatureChange> ChangeAsync(IEnumerable<Func<Signature>> add, IEnumerable<string> remove, CancellationToken cancellation)
    {
        await _change.WaitAsync(cancellation);
        try
        {
            var change = Apply([.. add], [.. remove]);
            await Task.WhenAll(Fences().Select(f => f.AdoptAsync(cancellation)));
            return change;
        }
        finally
        {
            _change.Release();
        }
    }

    /// <summary>Puts the operator's decisions into force, of signatures loaded now and later. One that is decided anew starts anew between two frames.</summary>
    /// <param name="settings">The decisions by the ids of signatures.</param>
    /// <param name="cancellation">Gives up waiting; the decisions hold.</param>
    public async Task DecideAsync(IReadOnlyDictionary<string, SignatureSettings> settings, CancellationToken cancellation)
    {
        await _change.WaitAsync(cancellation);
        try
        {
            _settings = settings;
            _signatures = [.. _signatures.Select(s => SettingsOf(s.Metadata.Id) is var decided && decided.Text == s.Settings.Text ? s : s.With(decided))];
            await Task.WhenAll(Fences().Select(f => f.AdoptAsync(cancellation)));
        }
        finally
        {
            _change.Release();
        }
    }

    /// <summary>What the loaded signatures want from the kernel side; those disabled or failed want nothing.</summary>
    public Selection Wanted()
    {
        var wanting = _signatures.Where(s => s.IsWanted).ToList();
        var selectors = wanting.SelectMany(s => s.Selectors).Where(s => s.Source == EventSelector.Tracee && !_signatures.Any(f => f.Metadata.EventName == s.Name)).ToList();
        return new Selection
        {
            Events = selectors.Any(s => s.AnyName) ? [EventSelector.Any] : [.. selectors.Select(s => s.Name).Distinct().Order(StringComparer.Ordinal)],
            Environment = wanting.Any(s => s.WantsEnvironment),
            Filters = SelectionFilters.Of(selectors),
        };
    }

    /// <inheritdoc/>
    public void Dispose() => _change.Dispose();

    /// <summary>From here on changes are carried to a partition.</summary>
    internal void Attach(SignatureFence fence)
    {
        lock (_gate)
        {
            _fences.Add(fence);
        }
    }

    /// <summary>The partition has ended.</summary>
    internal void Detach(SignatureFence fence)
    {
        lock (_gate)
        {
            _fences.Remove(fence);
        }
    }

    private SignatureFence[] Fences()
    {
        lock (_gate)
        {
            return [.. _fences];
        }
    }

    private SignatureSettings SettingsOf(string id) => _settings.GetValueOrDefault(id, SignatureSettings.Default);

    private SignatureChange Apply(IReadOnlyList<Func<Signature>> add, IReadOnlyList<string> remove)
    {
        var kept = _signatures.ToDictionary(s => s.Metadata.Id);
        var numbers = _signatures.ToDictionary(s => s.Metadata.Id, s => s.Event.Id);
        foreach (var id in remove)
        {
            if (!kept.Remove(id))
            {
                LogNotThere(log, id);
            }
        }

        var candidates = new SortedDictionary<string, SignatureCandidate>(StringComparer.Ordinal);
        var refused = new List<RefusedSignature>();
        foreach (var factory in add)
        {
            try
            {
                var candidate = SignatureCandidate.ProbeWithin(ProbeTime, factory, log);
                if (ReasonToRefuse(candidate.Metadata, [.. kept.Values.Select(k => k.Metadata), .. candidates.Values.Select(c => c.Metadata)]) is { } reason)
                {
                    refused.Add(new RefusedSignature(factory, candidate.Metadata, reason));
                    LogRefused(log, candidate.Metadata.Id, candidate.Metadata.Name, reason);
                }
                else
                {
                    candidates.Add(candidate.Metadata.Id, candidate);
                }
            }
            catch (Exception e)
            {
                refused.Add(new RefusedSignature(factory, null, e.Message));
                LogNotLoadable(log, e);
            }
        }

        SignatureEventIds.Assign(candidates.Keys, numbers);
        var added = candidates.Values.Select(c => c.Load(numbers[c.Metadata.Id], SettingsOf(c.Metadata.Id))).ToList();
        _signatures = [.. kept.Values.Concat(added).OrderBy(s => s.Metadata.Id, StringComparer.Ordinal)];
        WarnOfUnknownEvents(added);
        return new SignatureChange(added, refused);
    }

    private static string? ReasonToRefuse(SignatureMetadata metadata, IReadOnlyCollection<SignatureMetadata> others)
    {
        if (metadata.Id.Length is 0 or > Limits.NameBytes || metadata.EventName.Length is 0 or > Limits.NameBytes)
        {
            return $"its id and the name of its event, {metadata.EventName}, want 1 to {Limits.NameBytes} characters";
        }

        if (metadata.Id == DisabledAnnouncement.Id || others.Any(o => o.Id == metadata.Id))
        {
            return $"signature {metadata.Id} is there already: another one has that id";
        }

        if (EventCatalog.Find(metadata.EventName) is not null || Subjects.Safe(metadata.EventName) == DisabledAnnouncement.EventName)
        {
            return $"the name of its event, {metadata.EventName}, is that of an event of the mesh itself";
        }

        if (others.FirstOrDefault(o => Subjects.Safe(o.EventName) == Subjects.Safe(metadata.EventName)) is { } other)
        {
            return $"the name of its event, {metadata.EventName}, is on subjects that of signature {other.Id}";
        }

        return others.Count < MaxSignatures ? null : $"there are {MaxSignatures} signatures already";
    }

    // Only now it is known which events signatures make.
    private void WarnOfUnknownEvents(IEnumerable<LoadedSignature> added)
    {
        foreach (var signature in added)
        {
            foreach (var selector in signature.Selectors.Where(s => s is { Source: EventSelector.Tracee, AnyName: false }))
            {
                if (EventCatalog.Find(selector.Name) is not { Internal: false } && _signatures.All(s => s.Metadata.EventName != selector.Name))
                {
                    LogUnknownEvent(log, signature.Metadata.Id, selector.Name);
                }
            }
        }
    }

    [LoggerMessage(1, LogLevel.Error, "a signature could not be loaded")]
    private static partial void LogNotLoadable(ILogger log, Exception e);

    [LoggerMessage(3, LogLevel.Error, "signature {Id} selects {EventName}, an event there is not; that selector will never match")]
    private static partial void LogUnknownEvent(ILogger log, string id, string eventName);

    [LoggerMessage(4, LogLevel.Error, "signature {Id}, {Name}, is not loaded: {Reason}")]
    private static partial void LogRefused(ILogger log, string id, string name, string reason);

    [LoggerMessage(7, LogLevel.Error, "could not find signature with ID: {Id}")]
    private static partial void LogNotThere(ILogger log, string id);
}
