using System.Runtime.InteropServices;
using TraceeMesh.Cli.Up;

namespace TraceeMesh.Cli.Streams;

/// <summary>Cancels on Ctrl-C and SIGTERM, for a command that has something to take back.</summary>
internal sealed class StopOnSignal : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly PosixSignalRegistration[] _registrations;

    public StopOnSignal(CancellationToken cancellation)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        SystemCalls.HeedInterrupts();
        _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle)];
    }

    public CancellationToken Token => _source.Token;

    public Task Cancel() => _source.CancelAsync();

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _source.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        _source.Cancel();
    }
}
