using TraceeMesh.Contracts.Events;
using TraceeMesh.Signatures;

namespace TraceeMesh.TestKit.Examples;

/// <summary>A shell starts in a container; with the data source at hand the finding names the pod.</summary>
public sealed class ShellInPod : Signature
{
    private const int KnownVersion = 1;

    private IDataSource? _containers;

    public override SignatureMetadata Metadata { get; } = new("EX-2", "shell_in_pod");

    public override IReadOnlyList<EventSelector> SelectedEvents { get; } =
        [new("tracee", "sched_process_exec", Origin.Container) { Filters = [ArgumentFilter.EndsWith("pathname", "/sh", "/bash")] }];

    public override IReadOnlyList<DeclaredLookup> DeclaredLookups { get; } = [DeclaredLookup.ContainerOfEvent];

    public override void Init(ISignatureContext context)
    {
        if (!context.TryGetDataSource("tracee", "containers", out var containers))
        {
            context.Logger.Log(SignatureLogLevel.Info, "no containers data source: findings will not name the pod");
            return;
        }

        if (containers.Version > KnownVersion)
        {
            throw new SignatureInitException($"containers data source version {containers.Version} not supported, please update this signature");
        }

        _containers = containers;
    }

    public override async ValueTask OnEvent(Event e, CancellationToken cancellation)
    {
        if (_containers is null)
        {
            Report(e);
            return;
        }

        var container = await _containers.GetContainer(e, cancellation);
        Report(e, ("pod", container.PodName), ("status", container.Lookup.Status.ToString()));
    }
}
