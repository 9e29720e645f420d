using System.Buffers;
using TraceeMesh.Contracts;

namespace TraceeMesh.Bus;

public sealed partial class FramePublisher
{
    private static readonly TimeSpan TimerPrecision = TimeSpan.FromMilliseconds(1);

    private bool _failed; // an acknowledgement failed: send nothing until gone back
    private bool _probing; // the oldest frame goes alone
    private long _reconnects; // of the connection the sent frames went out on

    private enum Step
    {
        Wait,
        Send,
        Settle,
        GoBack,
    }

    /// <summary>Sends, settles and goes back, one step at a time; the only place that publishes.</summary>
    private async Task PumpAsync()
    {
        try
        {
            while (_connection.State != BusState.Closed && !_stop.IsCancellationRequested)
            {
                switch (Next(out var frame, out var number, out var ack))
                {
                    case Step.Send:
                        Send(frame, number);
                        break;
                    case Step.Settle:
                        Settle(frame, ack);
                        break;
                    case Step.GoBack:
                        await RecoverAsync(_stop.Token);
                        break;
                    default:
                        await _wake.WaitAsync(_stop.Token);
                        break;
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Disposed.
        }
        finally
        {
            lock (_gate)
            {
                _ended = true;
                Advance_NeedsLock();
            }
        }
    }

    private Step Next(out OutgoingFrame frame, out long number, out PublishAck ack)
    {
        lock (_gate)
        {
            frame = default;
            number = 0;
            ack = default;
            if (_window.Sent > 0)
            {
                ref var oldest = ref _window.Oldest;
                if (oldest.Acknowledged && oldest.Ack.IsStored)
                {
                    ack = oldest.Ack;
                    frame = _window.RemoveOldest().Frame;
                    _settling = 1;
                    return Step.Settle;
                }

                if (Failure_NeedsLock(oldest) is { } failure)
                {
                    if (!Mechanisms.GoBackN)
                    {
                        frame = _window.RemoveOldest().Frame;
                        _failed = false;
                        _reconnects = _connection.Reconnects;
                        _settling = 1;
                        return Step.Settle;
                    }

                    GoBack_NeedsLock(failure);
                    return Step.GoBack;
                }
            }

            if (_window.HasUnsent && !_failed && (!_probing || _window.Sent == 0))
            {
                if (_window.Sent == 0)
                {
                    _reconnects = _connection.Reconnects;
                }

                number = _window.MarkSent(_connection.Time.GetTimestamp(), out frame);
                return Step.Send;
            }

            if (_window.Sent > 0)
            {
                var left = _options.AckTimeout - _connection.Time.GetElapsedTime(_window.Oldest.SentAt);
                _timer.Change(left > TimerPrecision ? left : TimerPrecision, Timeout.InfiniteTimeSpan);
            }

            return Step.Wait;
        }
    }

    private string? Failure_NeedsLock(in FrameWindow.Slot oldest)
    {
        if (oldest.Acknowledged)
        {
            return oldest.Ack.Status == PublishAckStatus.NoStream ? $"no stream takes '{oldest.Frame.Subject}'" : $"refused: {oldest.Ack.Description} ({oldest.Ack.ErrorCode})";
        }

        if (_reconnects != _connection.Reconnects || _connection.State != BusState.Connected)
        {
            return "the connection was lost";
        }

        return _connection.Time.GetElapsedTime(oldest.SentAt) > _options.AckTimeout ? $"no acknowledgement of stream {_options.Stream} in time" : null;
    }

    private void GoBack_NeedsLock(string failure)
    {
        _lastFailure = failure;
        _goneBack++;
        _resent += _window.GoBack();
        _failed = false;
        _probing = true;
    }

    private void Send(in OutgoingFrame frame, long number)
    {
        // What was sent before may have gone with a connection of which nobody was told yet: a later frame must not overtake it.
        var status = _connection.Reconnects == _reconnects
            ? _connection.TryPublish(frame.Subject, frame.Buffer.AsSpan(0, frame.Length), HeadersOf(frame), $"{_inbox}.{number}")
            : PublishStatus.Disconnected;
        if (status != PublishStatus.Ok)
        {
            lock (_gate)
            {
                _window.TryAcknowledge(number, new PublishAck(PublishAckStatus.NotSent, Description: status.ToString()));
                _failed = true;
            }
        }
    }

    private BusHeaders HeadersOf(in OutgoingFrame frame)
    {
        var headers = Mechanisms.MessageIds ? _options.Headers.With(BusHeaders.MessageId, frame.MessageId) : _options.Headers;
        return frame.TraceParent is { } trace ? headers.With(MeshTrace.Header, trace) : headers;
    }

    private void Settle(in OutgoingFrame frame, in PublishAck ack)
    {
        ArrayPool<byte>.Shared.Return(frame.Buffer);
        Interlocked.Exchange(ref _settledOffset, frame.EndOffset);
        try
        {
            _onSettled?.Invoke(frame with { Buffer = [] }, ack);
        }
        catch (Exception e)
        {
            _connection.ReportCallbackError(e);
        }

        lock (_gate)
        {
            _probing = false;
            _settling = 0;
            _settledFrames++;
            _duplicates += ack.Status == PublishAckStatus.Duplicate ? 1 : 0;
            Advance_NeedsLock();
        }
    }

    /// <summary>Waits for the connection, then lets the streams be ensured; whatever fails is tried again after the pause.</summary>
    private async Task RecoverAsync(CancellationToken cancellation)
    {
        while (true)
        {
            await Task.Delay(_options.RetryWait, _connection.Time, cancellation);
            while (_connection.State == BusState.Reconnecting)
            {
                await _wake.WaitAsync(cancellation);
            }

            if (_connection.State != BusState.Connected || _ensureStreams is null)
            {
                return;
            }

            try
            {
                await _ensureStreams(cancellation);
                return;
            }
            catch (BusException e)
            {
                lock (_gate)
                {
                    _lastFailure = e.Message;
                }
            }
        }
    }

    private void Advance_NeedsLock()
    {
        var advance = _advance;
        _advance = null;
        advance?.TrySetResult();
    }
}
