using Microsoft.Extensions.Logging;
using TraceeMesh.Detector.Findings;
using TraceeMesh.Detector.State;
using TraceeMesh.MessagePack;
using TraceeMesh.Signatures;

namespace TraceeMesh.Detector.Engine;

/// <summary>
/// Keeps a partition going whatever a signature does, and takes over changed signatures between two frames. A signature that does
/// not come back from an event is disabled, the judge it holds is left behind, and another one judges the frame anew: findings keep
/// their ids and the state goes back to the frame's beginning, so judging twice finds once.
/// </summary>
public sealed partial class SignatureFence : IAsyncDisposable
{
    private readonly JudgeParts _parts;
    private readonly PartitionState _state;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile FrameJudge? _judge;
    private IReadOnlyList<LoadedSignature> _adopted = [];
    private bool _waiting;
    private bool _ended;
    private int _sourcesVersion;

    /// <summary>A fence without a judge yet; the first frame makes one.</summary>
    /// <param name="parts">What judging needs.</param>
    /// <param name="state">The state of the partition.</param>
    public SignatureFence(JudgeParts parts, PartitionState state)
    {
        _parts = parts;
        _state = state;
        parts.Catalog.Attach(this);
    }

    /// <summary>Judges the events of a frame that have not come before.</summary>
    public async Task<JudgedFrame> JudgeAsync(EventCursor events, LossWindow losses, ToldEvents told, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            var abandoned = false;
            while (true)
            {
                var judge = await ReadyJudgeAsync(cancellation);
                var judgement = Task.Run(() => judge.JudgeAsync(events, losses, told, cancellation), cancellation);
                if (await FindCulpritAsync(judge, judgement) is not { } culprit)
                {
                    return await judgement with { BufferInUse = abandoned };
                }

                await AbandonAsync(judge, judgement, culprit, cancellation);
                abandoned = true;
            }
        }
        catch
        {
            _state.Rollback();
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Takes over the signatures as the catalog has them, between two frames. Returns when the objects of those gone are disposed.</summary>
    public async Task AdoptAsync(CancellationToken cancellation)
    {
        // New ones prepare themselves while judging goes on.
        var prepared = _judge is { } judge ? await PrepareAsync(judge.Instances, cancellation) : [];
        await _turn.WaitAsync(cancellation);
        try
        {
            if (_ended || _judge is null)
            {
                await LetGoAsync(prepared);
            }
            else
            {
                await ReadyJudgeAsync(cancellation, prepared);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Tells the signatures that no event will come any more, and lets go of them.</summary>
    public async ValueTask DisposeAsync()
    {
        _parts.Catalog.Detach(this);

        // Whoever waits for its turn finds out; the semaphore has no handle to dispose of.
        await _turn.WaitAsync();
        _ended = true;
        if (_judge is { } judge)
        {
            _judge = null;
            await EndAsync(() =>
            {
                judge.Complete();
                judge.Dispose();
            });
        }

        _turn.Release();
    }

    /// <summary>Waits for a judgement. Returns the signature that does not come back, or null when the judgement has ended.</summary>
    private async Task<SignatureInstance?> FindCulpritAsync(FrameJudge judge, Task judgement)
    {
        var look = _parts.Limits.Evaluation / EvaluationLimits.Looks;
        var looksWithLookups = (int)(_parts.Limits.WithLookups / look);
        var (standing, idle) = (0, TimeSpan.Zero);
        var seen = judge.Progress;
        while (true)
        {
            var (thread, looked) = (judge.Thread, _parts.Time.GetTimestamp());
            var waited = _parts.WaitOf(thread);

            // Without a token: a frame given up ends by itself, unless a signature does not come back.
            await judgement.WaitAsync(look, _parts.Time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (judgement.IsCompleted)
            {
                return null;
            }

            var suspect = judge.Current ?? judge.Awaited;
            var now = judge.Progress;
            var stands = suspect is not null && now == seen;
            standing = stands ? standing + 1 : 0;
            idle = stands && !suspect!.IsAsking ? idle + Had(judge.Current is null ? 0 : thread, waited, looked, look) : TimeSpan.Zero;
            seen = now;
            if (idle >= _parts.Limits.Evaluation - (look / 2) || standing >= looksWithLookups)
            {
                return suspect;
            }
        }
    }

    // The time since the last look, a look's length at most, without what the thread waited for a CPU.
    private TimeSpan Had(int thread, TimeSpan waited, long looked, TimeSpan look)
    {
        var passed = _parts.Time.GetElapsedTime(looked);
        var had = (passed < look ? passed : look) - (thread == 0 ? TimeSpan.Zero : _parts.WaitOf(thread) - waited);
        return had > TimeSpan.Zero ? had : TimeSpan.Zero;
    }

    private async Task AbandonAsync(FrameJudge judge, Task judgement, SignatureInstance culprit, CancellationToken cancellation)
    {
        judge.Revoke();
        _state.Revoke();
        _judge = null;
        _parts.Counters.SignaturesAbandoned.Add();
        var loaded = culprit.Loaded;
        var disabled = loaded.Become(SignatureState.Disabled, $"it did not come back from an event within {_parts.Limits.Evaluation.TotalSeconds:0.##} s, or {_parts.Limits.WithLookups.TotalSeconds:0.##} s with lookups");
        _ = judgement.ContinueWith(
            static (ended, judge) =>
            {
                _ = ended.Exception;
                ((FrameJudge)judge!).Dispose();
            },
            judge,
            CancellationToken.None,
            TaskContinuationOptions.None,
            TaskScheduler.Default);
        await TellAsync(loaded, disabled, cancellation);
        _parts.LeftBehind.Enter(loaded, judgement, urgent: GC.GetTotalMemory(forceFullCollection: false) > _parts.Limits.HeapBytes);
    }

    /// <summary>Tells of a signature that holds a thread, once: in the log, the next process, and everybody.</summary>
    private async Task TellAsync(LoadedSignature loaded, bool disabled, CancellationToken cancellation)
    {
        if (disabled)
        {
            LogAbandoned(_parts.Log, loaded.Metadata.Id, loaded.Reason);
            _parts.LeftBehind.Remember(loaded);
            await AnnounceAsync(loaded, cancellation);
        }
    }

    private Task AnnounceAsync(LoadedSignature loaded, CancellationToken cancellation)
    {
        var writer = new FindingWriter(_parts.Subjects, _parts.Counters);
        return _parts.Findings.StoreAsync([DisabledAnnouncement.Write(writer, loaded, DisabledAnnouncement.EventOf(_parts.Node, _parts.Time.GetUtcNow()))], cancellation);
    }

    /// <summary>Lets signatures end. They get as long as for an event with lookups; one that takes longer is not waited for.</summary>
    private Task LetGoAsync(IReadOnlyList<SignatureInstance> instances) => EndAsync(() =>
    {
        foreach (var instance in instances)
        {
            instance.Dispose();
        }
    });

    private async Task EndAsync(Action end) =>
        await Task.Run(end).WaitAsync(_parts.Limits.WithLookups, _parts.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private bool IsCurrent(FrameJudge judge)
    {
        if (!ReferenceEquals(_adopted, _parts.Catalog.Signatures))
        {
            return false;
        }

        var version = _parts.Sources.Version;
        if (version != _sourcesVersion)
        {
            if (_waiting || judge.Instances.Any(i => i.IsOutdated))
            {
                return false;
            }

            _sourcesVersion = version;
        }

        foreach (var instance in judge.Instances)
        {
            if (!instance.Loaded.IsWanted)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The judge for the signatures as they are now: the one there is, or one that keeps the objects of it that are still wanted.</summary>
    private async Task<FrameJudge> ReadyJudgeAsync(CancellationToken cancellation, IReadOnlyList<SignatureInstance>? prepared = null)
    {
        if (_judge is { } judge && IsCurrent(judge))
        {
            if (prepared is { Count: > 0 })
            {
                await LetGoAsync(prepared);
            }

            return judge;
        }

        (_adopted, _sourcesVersion, _waiting) = (_parts.Catalog.Signatures, _parts.Sources.Version, false);
        var old = _judge?.Instances ?? [];
        var ready = old.Concat(prepared ?? []).ToList();
        var instances = new List<SignatureInstance>();
        foreach (var loaded in _adopted)
        {
            if (loaded.IsWanted && (ready.Find(i => i.Loaded == loaded && !i.IsOutdated) ?? await InitialiseAsync(loaded, cancellation)) is { } instance)
            {
                instances.Add(instance);
            }
        }

        _judge = new FrameJudge(_parts, _state, [.. instances]);
        var gone = ready.Except(instances).ToList();
        if (gone.Count > 0)
        {
            await LetGoAsync(gone);
        }

        return _judge;
    }

    private async Task<List<SignatureInstance>> PrepareAsync(IReadOnlyList<SignatureInstance> existing, CancellationToken cancellation)
    {
        var prepared = new List<SignatureInstance>();
        foreach (var loaded in _parts.Catalog.Signatures)
        {
            if (loaded.IsWanted && existing.All(i => i.Loaded != loaded) && await InitialiseAsync(loaded, cancellation) is { } instance)
            {
                prepared.Add(instance);
            }
        }

        return prepared;
    }

    private async Task<SignatureInstance?> InitialiseAsync(LoadedSignature loaded, CancellationToken cancellation)
    {
        var making = Task.Run(
            () =>
            {
                var made = new SignatureInstance(loaded, _parts.Sources, _state, _parts.Log);
                made.Initialise();
                return made;
            },
            cancellation);
        try
        {
            var instance = await making.WaitAsync(_parts.Limits.WithLookups, _parts.Time, cancellation);
            loaded.Become(SignatureState.Running);
            return instance;
        }
        catch (SignatureInitException e)
        {
            _waiting = true;
            if (loaded.Become(SignatureState.Waiting, e.Message))
            {
                LogWaiting(_parts.Log, loaded.Metadata.Id, e.Message);
            }
        }
        catch (TimeoutException)
        {
            _parts.Counters.SignaturesAbandoned.Add();
            var disabled = loaded.Become(SignatureState.Disabled, $"its initialisation did not end within {_parts.Limits.WithLookups.TotalSeconds:0.##} s");
            await TellAsync(loaded, disabled, cancellation);
            _parts.LeftBehind.Enter(loaded, making, urgent: false);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            if (loaded.Become(SignatureState.Failed, e.Message))
            {
                LogFailed(_parts.Log, e, loaded.Metadata.Id);
            }
        }

        return null;
    }

    [LoggerMessage(30, LogLevel.Error, "signature {Id} is disabled: {Reason}; the others go on")]
    private static partial void LogAbandoned(ILogger log, string id, string reason);

    [LoggerMessage(31, LogLevel.Warning, "signature {Id} waits: {Reason}; it is tried again when a data source appears")]
    private static partial void LogWaiting(ILogger log, string id, string reason);

    [LoggerMessage(32, LogLevel.Error, "error initializing signature {Id}, which is left out")]
    private static partial void LogFailed(ILogger log, Exception e, string id);
}
