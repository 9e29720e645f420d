using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Findings;
using TraceeMesh.Signatures;

namespace TraceeMesh.Tests.Kernel.DataSources;

/// <summary>Reads, when a writer ends, what the last of its writes wrote.</summary>
internal sealed class WrittenValue : Signature
{
    private IDataSource _demo = null!;

    public override SignatureMetadata Metadata { get; } = new("EX-2", "written_value") { Severity = Severity.Info };

    public override IReadOnlyList<EventSelector> SelectedEvents { get; } = [new("tracee", "sched_process_exit", Origin.Host)];

    public override void Init(ISignatureContext context)
    {
        if (!context.TryGetDataSource("e2e_inst", "demo", out _demo!))
        {
            throw new SignatureInitException("the data source e2e_inst/demo is not registered");
        }
    }

    public override async ValueTask OnEvent(Event e, CancellationToken cancellation)
    {
        if (e.Context.ProcessName.ToString() == "ds_writer" && e.Context.HostProcessId == e.Context.HostThreadId)
        {
            var answer = await _demo.Get(e, "bruh", cancellation);
            Report(e, ("answer", answer.Found ? answer.GetString("value") : answer.Status.ToString()));
        }
    }
}
