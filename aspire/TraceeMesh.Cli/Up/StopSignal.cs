using System.Runtime.InteropServices;

namespace TraceeMesh.Cli.Up;

/// <summary>Ctrl-C, SIGTERM and a closed terminal ask for an orderly end; a Ctrl-C after that wants it at once.</summary>
public sealed class StopSignal : IDisposable
{
    /// <summary>One Ctrl-C may arrive twice, from the terminal and from a parent that hands it on; that is not impatience.</summary>
    private static readonly TimeSpan SameKeyPress = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _asked = new();
    private readonly CancellationTokenSource _insisted = new();
    private readonly PosixSignalRegistration[] _registrations;
    private readonly TimeProvider _time;
    private long _askedAt;

    public StopSignal(TimeProvider time)
    {
        _time = time;
        SystemCalls.HeedInterrupts();
        _registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT }.Select(s => PosixSignalRegistration.Create(s, Handle))];
    }

    public CancellationToken Asked => _asked.Token;

    public CancellationToken Insisted => _insisted.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _asked.Dispose();
        _insisted.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        if (!_asked.IsCancellationRequested)
        {
            _askedAt = _time.GetTimestamp();
            _asked.Cancel();
        }
        else if (context.Signal == PosixSignal.SIGINT && _time.GetElapsedTime(_askedAt) > SameKeyPress)
        {
            _insisted.Cancel();
        }
    }
}
