using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Signatures;

/// <summary>
/// Looks at events and reports findings. The engine makes one object per partition it judges, and may discard it between
/// any two events: what a signature needs from the past it asks a data source, or keeps in <see cref="ISignatureContext.State"/>.
/// </summary>
/// <example>
/// <code>
/// public sealed class Traced : Signature
/// {
///     private readonly NumberArgument _request = new("ptrace", "request");
///
///     public override SignatureMetadata Metadata { get; } = new("EX-1", "traced") { Severity = Severity.Low };
///
///     public override IReadOnlyList&lt;EventSelector&gt; SelectedEvents { get; } = [new("tracee", "ptrace")];
///
///     public override ValueTask OnEvent(Event e, CancellationToken cancellation)
///     {
///         if (_request[e] == 0) Report(e);
///         return default;
///     }
/// }
/// </code>
/// </example>
public abstract class Signature : IDisposable
{
    private ISignatureContext? _context;

    /// <summary>Who it is; the same whenever it is asked.</summary>
    /// <example><code>public override SignatureMetadata Metadata { get; } = new("EX-1", "traced") { Severity = Severity.Low };</code></example>
    public abstract SignatureMetadata Metadata { get; }

    /// <summary>The events it wants to see; read once, at load. It gets an event once, however many of them match.</summary>
    /// <example><code>public override IReadOnlyList&lt;EventSelector&gt; SelectedEvents { get; } = [new("tracee", "ptrace")];</code></example>
    public abstract IReadOnlyList<EventSelector> SelectedEvents { get; }

    /// <summary>Whether it reads <c>env</c> of <c>sched_process_exec</c>, which the kernel side copies only while someone wants it.</summary>
    /// <example><code>public override bool WantsEnvironment => true;</code></example>
    public virtual bool WantsEnvironment => false;

    /// <summary>What it will ask for each event it selects; read once, at load. None by default.</summary>
    /// <example><code>public override IReadOnlyList&lt;DeclaredLookup&gt; DeclaredLookups { get; } = [DeclaredLookup.ContainerOfEvent];</code></example>
    public virtual IReadOnlyList<DeclaredLookup> DeclaredLookups => [];

    /// <summary>Hands the context to the signature and calls <see cref="Init"/>; for engines and test harnesses, once.</summary>
    /// <param name="context">What the engine gives it.</param>
    /// <exception cref="SignatureInitException">The signature cannot work now.</exception>
    /// <example><code>signature.Load(context); await signature.OnEvent(e, cancellation);</code></example>
    public void Load(ISignatureContext context)
    {
        _context = context;
        Init(context);
    }

    /// <summary>Called once before the first event.</summary>
    /// <param name="context">What the engine gives it; may be kept.</param>
    /// <exception cref="SignatureInitException">It cannot work now, for want of a data source; the engine tries again when one appears.</exception>
    /// <example>
    /// <code>
    /// public override void Init(ISignatureContext context)
    /// {
    ///     if (!context.TryGetDataSource("tracee", "containers", out _containers)) throw new SignatureInitException("containers data source not registered");
    /// }
    /// </code>
    /// </example>
    public virtual void Init(ISignatureContext context)
    {
    }

    /// <summary>
    /// Called for each selected event, in the order of its partition, never twice at a time. The event and its texts are
    /// valid until the returned task completes. What it throws is counted and logged; the other signatures go on.
    /// </summary>
    /// <param name="e">The event.</param>
    /// <param name="cancellation">Given up: the event will be judged again, here or elsewhere.</param>
    /// <example>
    /// <code>
    /// public override ValueTask OnEvent(Event e, CancellationToken cancellation)
    /// {
    ///     if (_request[e] == 0) Report(e);
    ///     return default;
    /// }
    /// </code>
    /// </example>
    public abstract ValueTask OnEvent(Event e, CancellationToken cancellation);

    /// <summary>Called when something other than an event happened.</summary>
    /// <param name="signal">What happened; more kinds may come.</param>
    /// <example><code>public override void OnSignal(Signal signal) { if (signal is SourceComplete) Summarise(); }</code></example>
    public virtual void OnSignal(Signal signal)
    {
    }

    /// <summary>Lets go of it; for engines and test harnesses. What it reports from then on is refused and counted.</summary>
    /// <example><code>signature.Dispose();</code></example>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the signature holds; called once, after the last event.</summary>
    /// <param name="disposing">Always true.</param>
    /// <example><code>protected override void Dispose(bool disposing) { _pattern.Dispose(); base.Dispose(disposing); }</code></example>
    protected virtual void Dispose(bool disposing)
    {
    }

    /// <summary>Reports a finding on the event being judged; allowed any number of times until <see cref="OnEvent"/> completes.</summary>
    /// <param name="e">The event being judged.</param>
    /// <param name="data">What the finding says beside the event itself: names and values.</param>
    /// <example><code>Report(e, ("image", image), ("port", 443));</code></example>
    protected void Report(Event e, params ReadOnlySpan<(string Name, DataValue Value)> data) =>
        (_context ?? throw new InvalidOperationException($"Signature {Metadata.Id} reported a finding before it was loaded.")).Report(e, data);
}
