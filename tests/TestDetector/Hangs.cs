using TraceeMesh.Contracts.Events;
using TraceeMesh.Signatures;

namespace TraceeMesh.Tests.Detector;

/// <summary>Never comes back from the ptrace request 77.</summary>
internal sealed class Hangs(string which) : Signature
{
    public override SignatureMetadata Metadata { get; } = new($"TEST-H{which}", $"hangs_{which}");

    public override IReadOnlyList<EventSelector> SelectedEvents { get; } = [new(EventSelector.Tracee, "ptrace") { Filters = [ArgumentFilter.Is("request", 77)] }];

    public override ValueTask OnEvent(Event e, CancellationToken cancellation)
    {
        new ManualResetEventSlim().Wait(CancellationToken.None);
        return default;
    }
}
