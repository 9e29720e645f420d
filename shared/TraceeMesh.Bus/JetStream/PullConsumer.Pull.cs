using System.Text;

namespace TraceeMesh.Bus;

public sealed partial class PullConsumer
{
    /// <summary>After this many heartbeats without a word the consumer is looked up.</summary>
    private const double SilentHeartbeats = 2.5;

    /// <summary>One server of a cluster keeps a consumer; while that one is dead nobody answers for it, however well the others are.</summary>
    private const int Attempts = 2;

    /// <summary>The bus restores a consumer from disk with a creation time up to milliseconds later; one made anew is further off.</summary>
    private static readonly TimeSpan CreatedTolerance = TimeSpan.FromSeconds(1);

    private void Received(int messages)
    {
        bool pull;
        lock (_gate)
        {
            _outstanding = Math.Max(0, _outstanding - messages);
            pull = _outstanding <= _options.Batch / 2;
        }

        if (pull)
        {
            Pull();
        }
    }

    private void Pull()
    {
        lock (_gate)
        {
            if (_end != PullStatus.Message)
            {
                return;
            }

            _outstanding += _options.Batch;
        }

        var request = $$"""{"batch":{{_options.Batch}},"expires":{{_options.Expires.Ticks * TimeSpan.NanosecondsPerTick}},"idle_heartbeat":{{_options.Heartbeat.Ticks * TimeSpan.NanosecondsPerTick}}}""";
        // A publish that fails is made good by the verification after the reconnect.
        Connection.TryPublish(_jetStream.ApiSubject($"CONSUMER.MSG.NEXT.{Stream}.{Name}"), Encoding.ASCII.GetBytes(request), BusHeaders.None, $"{_inboxPrefix}.n");
    }

    /// <summary>
    /// The bus speaks of a request instead of answering it: 100 it is there; 404 and 408 the request has ended, with so many messages
    /// not delivered; 409 the same, or the consumer is deleted; 503 nobody serves the consumer.
    /// </summary>
    private void OnStatusMessage(BusMessage message)
    {
        using (message)
        {
            message.Headers.TryGet("Status", out var status);
            switch (status)
            {
                case "100":
                    break;
                case "404" or "408" or "409" when message.Headers.TryGet("Nats-Pending-Messages", out var pending) && int.TryParse(pending, out var count):
                    Received(count);
                    break;
                default:
                    Verify();
                    break;
            }
        }
    }

    private void OnStateChanged(BusState state)
    {
        if (state == BusState.Connected)
        {
            Verify();
        }
    }

    private void OnTick()
    {
        if (_inbox.Waiting == 0 && Connection.State == BusState.Connected && Connection.Time.GetElapsedTime(_lastRead) > _options.Heartbeat * SilentHeartbeats)
        {
            Verify();
        }
    }

    /// <summary>Looks whether the consumer is still the one created; if so asks anew, since requests end with their connection.</summary>
    private async void Verify()
    {
        if (Interlocked.Exchange(ref _verifying, 1) != 0)
        {
            return;
        }

        try
        {
            for (var attempt = 0; attempt < Attempts; attempt++)
            {
                if (await IsVerifiedAsync())
                {
                    return;
                }
            }

            End(PullStatus.ConsumerGone);
        }
        finally
        {
            Volatile.Write(ref _verifying, 0);
        }
    }

    private async Task<bool> IsVerifiedAsync()
    {
        var created = _state;
        try
        {
            var state = await _jetStream.FindConsumerAsync(Stream, Name);
            var streamGone = state is null && await _jetStream.FindStreamAsync(Stream) is null;
            if (!ReferenceEquals(created, _state))
            {
                return true; // restarted meanwhile: what was found out is of the one before
            }

            if (state is not null && state.Created - created.Created < CreatedTolerance)
            {
                _lastRead = Connection.Time.GetTimestamp();
                lock (_gate)
                {
                    _outstanding = 0;
                }

                Pull();
            }
            else
            {
                End(streamGone ? PullStatus.StreamGone : PullStatus.ConsumerGone);
            }

            return true;
        }
        catch (BusException)
        {
            // Without a connection the reconnect looks again.
            return Connection.State != BusState.Connected;
        }
    }
}
