using TraceeMesh.Contracts.Events;
using TraceeMesh.Signatures;

namespace TraceeMesh.TestKit.Examples;

/// <summary>A container starts more programs in a minute than the operator allows its image.</summary>
public sealed class ManyExecs : Signature
{
    private IDataSource _limits = null!;
    private ISignatureState _state = null!;

    public override SignatureMetadata Metadata { get; } = new("EX-3", "many_execs");

    public override IReadOnlyList<EventSelector> SelectedEvents { get; } = [new("tracee", "sched_process_exec", Origin.Container)];

    public override void Init(ISignatureContext context)
    {
        if (!context.TryGetDataSource("acme", "exec_limits", out _limits))
        {
            throw new SignatureInitException("the data source acme/exec_limits is not there: declare it, and write a limit for each image");
        }

        _state = context.State;
    }

    public override async ValueTask OnEvent(Event e, CancellationToken cancellation)
    {
        var minute = e.Context.Timestamp / TimeSpan.NanosecondsPerTick / TimeSpan.TicksPerMinute;
        var execs = _state.Increment(e, $"{e.Container.Id}/{minute}", TimeSpan.FromMinutes(2));
        var limit = await _limits.Get(e, e.Container.Image, cancellation);
        if (limit.Found && execs == limit.GetInteger("execs_per_minute") + 1)
        {
            Report(e, ("limit", limit.GetInteger("execs_per_minute")));
        }
    }
}
