using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Signatures.BuiltIn;

/// <summary>A signature whose selectors say it all: every event they let through is a finding.</summary>
public abstract class FilteredSignature : Signature
{
    /// <inheritdoc/>
    public sealed override ValueTask OnEvent(Event e, CancellationToken cancellation)
    {
        Report(e);
        return default;
    }
}
