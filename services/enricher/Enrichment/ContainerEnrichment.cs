using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using TraceeMesh.Contracts.Containers;
using TraceeMesh.Enricher.Containers;
using TraceeMesh.Enricher.Containers.Runtimes;
using TraceeMesh.ServiceDefaults;

namespace TraceeMesh.Enricher.Enrichment;

/// <summary>
/// Asks runtimes about containers, each container by itself: one question at a time, again after a pause while the container
/// lives, until there is an answer. Answers are picked up by the main flow, which alone changes the stores.
/// </summary>
public sealed partial class ContainerEnrichment : IContainerAnswers, IAsyncDisposable
{
    /// <summary>Questions under way to runtimes of one kind; further ones wait. One that hangs holds up one of these.</summary>
    public const int MaxQuestions = 64;

    /// <summary>The pause before the second question; each further one is twice as long.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);

    /// <summary>The longest pause.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    // No socket now may be one in a while: a runtime is installed, or starts.
    private static readonly TimeSpan SocketPause = TimeSpan.FromSeconds(5);

    private readonly Func<ContainerRuntime, IReadOnlyList<IContainerRuntime>> _runtimes;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly ConcurrentQueue<ContainerAnswer> _answers = new();
    private readonly SemaphoreSlim[] _slots;
    private readonly CancellationTokenSource _stop = new();
    private readonly ServiceCounter _questions;
    private readonly ServiceCounter[] _ends;
    private TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _open;

    /// <summary>Asks nobody yet.</summary>
    /// <param name="runtimes">The runtimes that may know a container of a kind.</param>
    /// <param name="timeout">How long one question may take.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">The log.</param>
    /// <param name="counters">Where it counts.</param>
    public ContainerEnrichment(
        Func<ContainerRuntime, IReadOnlyList<IContainerRuntime>> runtimes,
        TimeSpan timeout,
        TimeProvider time,
        ILogger log,
        ServiceCounters counters)
    {
        _runtimes = runtimes;
        _timeout = timeout;
        _time = time;
        _log = log;
        _slots = [.. Enum.GetValues<ContainerRuntime>().Select(_ => new SemaphoreSlim(MaxQuestions))];
        _questions = counters.Counter("enrichment_questions", "Questions to container runtimes");
        _ends =
        [
            counters.Counter("enrichment_pending", "Questions that ended without saying anything"),
            counters.Counter("enrichment_complete", "Containers a runtime told everything about"),
            counters.Counter("enrichment_timeout", "Questions a runtime did not answer in time"),
            counters.Counter("enrichment_unsupported_runtime", "Questions for which there was no runtime to ask"),
            counters.Counter("enrichment_gone", "Questions about containers a runtime did not know"),
            counters.Counter("enrichment_error", "Questions a runtime could not be asked, or answered unusably"),
        ];
        counters.Gauge("enrichment_open", "Containers about which runtimes are still to answer", () => Volatile.Read(ref _open));
    }

    /// <summary>Completes when an answer is there. Take it before <see cref="TryTake"/>.</summary>
    public Task Answered => Volatile.Read(ref _answered).Task;

    /// <inheritdoc/>
    public void Ask(Container container)
    {
        Interlocked.Increment(ref _open);
        _ = Task.Run(() => AskUntilKnownAsync(container, _stop.Token));
    }

    /// <inheritdoc/>
    public bool TryTake(out ContainerAnswer answer)
    {
        if (_answers.TryDequeue(out answer))
        {
            return true;
        }

        // The next answer completes a task that whoever asks from now on sees.
        if (_answered.Task.IsCompleted)
        {
            Interlocked.Exchange(ref _answered, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        return _answers.TryDequeue(out answer);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _stop.CancelAsync();

    private async Task AskUntilKnownAsync(Container container, CancellationToken cancellation)
    {
        try
        {
            var pause = FirstPause;
            while (true)
            {
                var answer = await AskOnceAsync(container, cancellation);
                _ends[(int)answer.State].Add();
                _answers.Enqueue(answer);
                Volatile.Read(ref _answered).TrySetResult();
                if (answer.State == EnrichmentState.Complete || container.Ended)
                {
                    return;
                }

                await Task.Delay(answer.State == EnrichmentState.UnsupportedRuntime && pause < SocketPause ? SocketPause : pause, _time, cancellation);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
                if (container.Ended)
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The service ends.
        }
        catch (Exception e)
        {
            LogFailed(_log, e, container.Id.ToString());
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private async Task<ContainerAnswer> AskOnceAsync(Container container, CancellationToken cancellation)
    {
        var runtimes = _runtimes(container.Runtime);
        if (runtimes.Count == 0)
        {
            return new ContainerAnswer(container, EnrichmentState.UnsupportedRuntime, null);
        }

        var slot = _slots[(int)container.Runtime];
        await slot.WaitAsync(cancellation);
        try
        {
            using var patience = new CancellationTokenSource(_timeout, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
            return await AskAllAsync(container, runtimes, either);
        }
        finally
        {
            slot.Release();
        }
    }

    // Where the path does not tell the runtime, the first that knows the container is right. One that fails says less than
    // one that is certain, so the others are waited for.
    private async Task<ContainerAnswer> AskAllAsync(Container container, IReadOnlyList<IContainerRuntime> runtimes, CancellationTokenSource end)
    {
        var id = container.Id.ToString();
        var open = new List<Task<RuntimeAnswer>>(runtimes.Count);
        foreach (var runtime in runtimes)
        {
            _questions.Add();
            open.Add(runtime.AskAsync(id, end.Token));
        }

        var state = EnrichmentState.Pending;
        while (open.Count > 0)
        {
            Task<RuntimeAnswer> ended;
            try
            {
                ended = await Task.WhenAny(open).WaitAsync(end.Token);
            }
            catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
            {
                // A client that does not keep to its time costs its answer, not the container's place.
                return new ContainerAnswer(container, EnrichmentState.Timeout, null);
            }

            open.Remove(ended);
            var answer = await ended;
            if (answer is { Status: RuntimeStatus.Found, Details: { } details })
            {
                await end.CancelAsync();
                return new ContainerAnswer(container, EnrichmentState.Complete, new ContainerFacts(details));
            }

            var said = StateOf(answer.Status);
            state = state is EnrichmentState.Pending or EnrichmentState.Gone ? said : state;
            if (said == EnrichmentState.Error)
            {
                LogUnusable(_log, id, answer.Status, answer.Reason);
            }
        }

        return new ContainerAnswer(container, state, null);
    }

    private static EnrichmentState StateOf(RuntimeStatus status) => status switch
    {
        RuntimeStatus.NotFound => EnrichmentState.Gone,
        RuntimeStatus.Timeout => EnrichmentState.Timeout,
        _ => EnrichmentState.Error,
    };

    [LoggerMessage(110, LogLevel.Warning, "container {Id}: its runtime could not tell: {Status} {Reason}; asked again while it lives")]
    private static partial void LogUnusable(ILogger log, string id, RuntimeStatus status, string reason);

    [LoggerMessage(111, LogLevel.Error, "container {Id}: asking about it ended with an error of this service")]
    private static partial void LogFailed(ILogger log, Exception e, string id);
}
