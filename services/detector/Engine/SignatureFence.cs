using Microsoft.Extensions.Logging;
using TraceeMesh.Detector.Findings;
using TraceeMesh.MessagePack;
using TraceeMesh.Signatures;

namespace TraceeMesh.Detector.Engine;

/// <summary>
/// Keeps a partition going whatever a signature does. One that does not come back from an event within
/// <see cref="EvaluationLimit"/> is disabled, the judge it holds is left behind, and another one judges the frame anew:
/// findings keep their ids, so judging twice finds once.
/// </summary>
/// <param name="parts">What judging needs.</param>
/// <param name="limit">Instead of <see cref="EvaluationLimit"/>.</param>
public sealed partial class SignatureFence(JudgeParts parts, TimeSpan? limit = null) : IAsyncDisposable
{
    /// <summary>How long a signature may take for one event, or for its initialisation.</summary>
    public static readonly TimeSpan EvaluationLimit = TimeSpan.FromSeconds(5);

    // How often within the limit the watch looks: a signature is left behind at most a fifth of the limit late.
    private const int LooksPerLimit = 5;

    private readonly TimeSpan _limit = limit ?? EvaluationLimit;
    private FrameJudge? _judge;
    private bool _waiting;
    private int _sourcesVersion;

    /// <summary>Judges the events of a frame.</summary>
    public async Task<JudgedFrame> JudgeAsync(EventCursor events, LossWindow losses, CancellationToken cancellation)
    {
        var abandoned = false;
        while (true)
        {
            var judge = await ReadyJudgeAsync(cancellation);
            var judgement = Task.Run(() => judge.JudgeAsync(events, losses, cancellation), cancellation);
            if (await ComesBackAsync(judge, judgement))
            {
                return await judgement with { BufferInUse = abandoned };
            }

            Abandon(judge, judgement);
            abandoned = true;
        }
    }

    /// <summary>Tells the signatures that no event will come any more, and lets go of them.</summary>
    public ValueTask DisposeAsync() => new(LetGoAsync());

    private async Task<bool> ComesBackAsync(FrameJudge judge, Task judgement)
    {
        var unchanged = 0;
        var seen = judge.Evaluations;
        while (true)
        {
            // Without a token: a frame given up ends by itself, unless a signature does not come back.
            await judgement.WaitAsync(_limit / LooksPerLimit, parts.Time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (judgement.IsCompleted)
            {
                return true;
            }

            var now = judge.Evaluations;
            unchanged = judge.Current is not null && now == seen ? unchanged + 1 : 0;
            seen = now;
            if (unchanged >= LooksPerLimit)
            {
                return false;
            }
        }
    }

    private void Abandon(FrameJudge judge, Task judgement)
    {
        if (judge.Current is { } culprit)
        {
            parts.Counters.SignaturesAbandoned.Add();
            culprit.Loaded.Become(SignatureState.Disabled, $"it did not come back from an event within {_limit.TotalSeconds:0.#} s");
            LogAbandoned(parts.Log, culprit.Loaded.Metadata.Id, culprit.Loaded.Reason);
        }

        judge.Revoke();
        _judge = null;
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
    }

    /// <summary>Ends the judge there is. Its signatures get as long as for an event; one that takes longer is left behind.</summary>
    private async Task LetGoAsync()
    {
        if (_judge is { } judge)
        {
            _judge = null;
            await Task.Run(judge.Dispose).WaitAsync(_limit, parts.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<FrameJudge> ReadyJudgeAsync(CancellationToken cancellation)
    {
        if (_judge is { } judge && !(_waiting && _sourcesVersion != parts.Sources.Version) && !judge.HasDisabled)
        {
            return judge;
        }

        await LetGoAsync();
        _waiting = false;
        _sourcesVersion = parts.Sources.Version;
        var fresh = new FrameJudge(parts);
        var instances = new List<SignatureInstance>();
        foreach (var loaded in parts.Catalog.Signatures)
        {
            if (loaded.State is SignatureState.Running or SignatureState.Waiting && await InitialiseAsync(loaded, fresh, cancellation) is { } instance)
            {
                instances.Add(instance);
            }
        }

        fresh.Use([.. instances]);
        _judge = fresh;
        return fresh;
    }

    private async Task<SignatureInstance?> InitialiseAsync(LoadedSignature loaded, FrameJudge sink, CancellationToken cancellation)
    {
        try
        {
            var instance = await Task.Run(
                () =>
                {
                    var made = new SignatureInstance(loaded, sink, parts.Sources, parts.Log);
                    made.Initialise();
                    return made;
                },
                cancellation).WaitAsync(_limit, parts.Time, cancellation);
            loaded.Become(SignatureState.Running);
            return instance;
        }
        catch (SignatureInitException e)
        {
            _waiting = true;
            if (loaded.Become(SignatureState.Waiting, e.Message))
            {
                LogWaiting(parts.Log, loaded.Metadata.Id, e.Message);
            }
        }
        catch (TimeoutException)
        {
            parts.Counters.SignaturesAbandoned.Add();
            if (loaded.Become(SignatureState.Disabled, $"its initialisation did not end within {_limit.TotalSeconds:0.#} s"))
            {
                LogAbandoned(parts.Log, loaded.Metadata.Id, loaded.Reason);
            }
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            if (loaded.Become(SignatureState.Failed, e.Message))
            {
                LogFailed(parts.Log, e, loaded.Metadata.Id);
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
