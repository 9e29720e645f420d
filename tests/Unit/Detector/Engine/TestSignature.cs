using TraceeMesh.Contracts.Events;
using TraceeMesh.Signatures;

namespace TraceeMesh.Tests.Unit.Detector.Engine;

/// <summary>A signature whose parts the test gives; not public, so that no search for signatures finds it.</summary>
internal sealed class TestSignature(string id, Func<TestSignature, Event, CancellationToken, ValueTask>? onEvent = null, params EventSelector[] selectors) : Signature
{
    public Action<ISignatureContext>? OnInit { get; init; }

    public Action<Signal>? OnTold { get; init; }

    public string? EventName { get; init; }

    public bool HasNoMetadata { get; init; }

    public bool HasNoSelectors { get; init; }

    public override SignatureMetadata Metadata => HasNoMetadata ? throw new InvalidOperationException("no metadata") : new(id, EventName ?? $"event_{id}");

    public override IReadOnlyList<EventSelector> SelectedEvents =>
        HasNoSelectors ? throw new InvalidOperationException("no selectors") : selectors.Length == 0 ? [new(EventSelector.Tracee)] : selectors;

    public override void Init(ISignatureContext context) => OnInit?.Invoke(context);

    public override ValueTask OnEvent(Event e, CancellationToken cancellation) => onEvent?.Invoke(this, e, cancellation) ?? default;

    public override void OnSignal(Signal signal) => OnTold?.Invoke(signal);

    public void Find(Event e) => Report(e);
}
