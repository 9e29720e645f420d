using TraceeMesh.Contracts.Events;
using TraceeMesh.Signatures;

namespace TraceeMesh.Tests.Detector;

/// <summary>Reports the hundredth ptrace call of a container.</summary>
internal sealed class CountsToHundred : Signature
{
    private ISignatureState _state = null!;

    public override SignatureMetadata Metadata { get; } = new("TEST-100", "hundredth_ptrace");

    public override IReadOnlyList<EventSelector> SelectedEvents { get; } = [new(EventSelector.Tracee, "ptrace", Origin.Container)];

    public override void Init(ISignatureContext context) => _state = context.State;

    public override ValueTask OnEvent(Event e, CancellationToken cancellation)
    {
        var count = _state.Increment(e, e.Container.Id.ToString(), TimeSpan.FromMinutes(30));
        if (count == 100)
        {
            Report(e, ("count", count));
        }

        return default;
    }
}
