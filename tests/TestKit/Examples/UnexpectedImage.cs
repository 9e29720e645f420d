using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Findings;
using TraceeMesh.Signatures;

namespace TraceeMesh.TestKit.Examples;

/// <summary>A program starts in a container of an image that is not expected.</summary>
public sealed class UnexpectedImage : Signature
{
    private IDataSource _containers = null!;

    public override SignatureMetadata Metadata { get; } = new("EX-1", "unexpected_image") { Severity = Severity.Medium };

    public override IReadOnlyList<EventSelector> SelectedEvents { get; } = [new("tracee", "sched_process_exec", Origin.Container)];

    public override void Init(ISignatureContext context)
    {
        if (!context.TryGetDataSource("tracee", "containers", out _containers))
        {
            throw new SignatureInitException("containers data source not registered");
        }
    }

    public override async ValueTask OnEvent(Event e, CancellationToken cancellation)
    {
        var container = await _containers.Get(e, e.Container.Id, cancellation);
        if (container.Found && !container.GetString("container_image").StartsWith("shop/", StringComparison.Ordinal))
        {
            Report(e, ("image", container.GetString("container_image")));
        }
    }
}
