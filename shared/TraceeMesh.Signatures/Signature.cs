using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Signatures;

/// <summary>
/// Looks at events and reports findings. The engine makes one object per partition it judges, and may discard it between
/// any two events: what a signature needs from the past it asks a data source.
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

    /// <summary>Who it is.</summary>
    public abstract SignatureMetadata Metadata { get; }

    /// <summary>The events it wants to see; read once, at load.</summary>
    public abstract IReadOnlyList<EventSelector> SelectedEvents { get; }

    /// <summary>Whether it reads <c>env</c> of <c>sched_process_exec</c>, which the kernel side copies only while someone wants it.</summary>
    public virtual bool WantsEnvironment => false;

    /// <summary>Hands the context to the signature and calls <see cref="Init"/>; for engines and test harnesses, once.</summary>
    /// <exception cref="SignatureInitException">The signature cannot work now.</exception>
    public void Load(ISignatureContext context)
    {
        _context = context;
        Init(context);
    }

    /// <summary>Called once before the first event.</summary>
    /// <exception cref="SignatureInitException">It cannot work now, for want of a data source; the engine tries again when one appears.</exception>
    public virtual void Init(ISignatureContext context)
    {
    }

    /// <summary>
    /// Called for each selected event, in the order of its partition, never twice at a time. The event and its texts are
    /// valid until the returned task completes.
    /// </summary>
    public abstract ValueTask OnEvent(Event e, CancellationToken cancellation);

    /// <summary>Called when something other than an event happened.</summary>
    public virtual void OnSignal(Signal signal)
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the signature holds; called once, after the last event.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }

    /// <summary>Reports a finding on the event being judged; allowed any number of times until <see cref="OnEvent"/> completes.</summary>
    /// <param name="e">The event being judged.</param>
    /// <param name="data">What the finding says beside the event itself: names and values.</param>
    protected void Report(Event e, params ReadOnlySpan<(string Name, DataValue Value)> data) =>
        (_context ?? throw new InvalidOperationException($"Signature {Metadata.Id} reported a finding before it was loaded.")).Report(e, data);
}
