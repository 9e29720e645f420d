using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Findings;
using TraceeMesh.Signatures;

namespace TraceeMesh.Tests.Containers;

/// <summary>The documentation's example: asks for the container of an exec event by its id, and reads its image.</summary>
/// <param name="allowed">The images that may run.</param>
internal sealed class UnexpectedImage(params IReadOnlyCollection<string> allowed) : Signature
{
    private IDataSource _containers = null!;

    public override SignatureMetadata Metadata { get; } = new("EX-1", "unexpected_image") { Severity = Severity.Medium };

    public override IReadOnlyList<EventSelector> SelectedEvents { get; } = [new("tracee", "sched_process_exec", Origin.Container)];

    public override void Init(ISignatureContext context)
    {
        if (!context.TryGetDataSource("tracee", "containers", out _containers!))
        {
            throw new SignatureInitException("containers data source not registered");
        }

        if (_containers.Version > 1)
        {
            throw new SignatureInitException("containers data source version not supported, please update this signature");
        }
    }

    public override async ValueTask OnEvent(Event e, CancellationToken cancellation)
    {
        var container = await _containers.Get(e, e.Container.Id, cancellation);
        if (container.Found && !allowed.Contains(container.GetString("container_image")))
        {
            Report(e, ("image", container.GetString("container_image")));
        }
    }
}
