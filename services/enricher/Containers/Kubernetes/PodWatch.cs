using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Authentication;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using TraceeMesh.Enricher.Containers.Runtimes;

namespace TraceeMesh.Enricher.Containers.Kubernetes;

/// <summary>
/// Keeps the pods of one node as the API server says they are: lists them, then watches from there; a watch that ends is
/// resumed where it ended; where the server no longer knows that place (410) the pods are listed again. Without an API server
/// nothing but the pods is missing: it is said once, and tried again and again.
/// </summary>
public sealed class PodWatch : IDisposable
{
    private const int MaxPageBytes = 32 << 20;
    private const int MaxLineBytes = 4 << 20;
    private static readonly TimeSpan WatchTimeout = TimeSpan.FromMinutes(5);

    // A watch that says nothing for so long is dead: the server ends one after WatchTimeout.
    private static readonly TimeSpan SilenceTimeout = WatchTimeout + TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ListTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private readonly KubernetesAccess _access;
    private readonly PodApi _api;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly TaskCompletionSource _tried = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly BackOff _backOff = new(FirstWait, LongestWait);
    private string _resourceVersion = "";
    private bool _warned;
    private long _lists;
    private long _watches;
    private long _failures;
    private long _badObjects;

    /// <summary>A watch; <see cref="RunAsync"/> runs it.</summary>
    /// <param name="access">How to reach the API server; the watch owns it.</param>
    /// <param name="node">Name of the node, as Kubernetes has it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">The log.</param>
    public PodWatch(KubernetesAccess access, string node, TimeProvider time, ILogger log)
    {
        _access = access;
        _api = new PodApi(access, node);
        _time = time;
        _log = log;
    }

    /// <summary>The pods.</summary>
    public PodTable Pods { get; } = new();

    /// <summary>Completes when the pods were listed for the first time, or could not be.</summary>
    public Task Tried => _tried.Task;

    /// <summary>Lists read whole.</summary>
    public long Lists => Interlocked.Read(ref _lists);

    /// <summary>Watches begun.</summary>
    public long Watches => Interlocked.Read(ref _watches);

    /// <summary>Lists and watches that failed.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>Pods and lines that could not be read.</summary>
    public long BadObjects => Interlocked.Read(ref _badObjects);

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                if (_resourceVersion.Length == 0)
                {
                    await ListAsync(cancellation);
                    _tried.TrySetResult();
                }

                if (await WatchAsync(cancellation))
                {
                    continue;
                }
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested && IsFailure(e))
            {
                Interlocked.Increment(ref _failures);
                _tried.TrySetResult();
                Warn(e);
            }

            await Task.Delay(_backOff.Next(), _time, cancellation);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _api.Dispose();
        _access.Dispose();
    }

    private static bool IsFailure(Exception e) => e is HttpRequestException or IOException or InvalidDataException or OperationCanceledException
        or JsonException or AuthenticationException or UnauthorizedAccessException;

    private async Task ListAsync(CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(ListTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        var uids = new HashSet<string>();
        var continuation = "";
        string version;
        do
        {
            using var response = await _api.ListAsync(continuation, either.Token);
            Expect(response);
            var body = await BoundedBody.ReadAsync(response, MaxPageBytes, either.Token)
                ?? throw new InvalidDataException($"a page of the list has more than {MaxPageBytes} bytes");
            var page = JsonSerializer.Deserialize(body.Span, PodJson.Default.PodList);
            foreach (var item in page?.Items ?? [])
            {
                if (TryRead(item, PodJson.Default.PodObject, out var pod) && Take(pod) is { } uid)
                {
                    uids.Add(uid);
                }
            }

            version = page?.Metadata?.ResourceVersion is { Length: > 0 } given ? given : throw new InvalidDataException("the list has no resourceVersion");
            continuation = page.Metadata.Continue ?? "";
        }
        while (continuation.Length > 0 && uids.Count < PodTable.MaxPods);

        Pods.KeepOnly(uids);
        _resourceVersion = version;
        Interlocked.Increment(ref _lists);
        Recover();
    }

    /// <summary>Watches until the server ends it.</summary>
    /// <returns>Whether it brought anything: one that did not is not begun again at once.</returns>
    private async Task<bool> WatchAsync(CancellationToken cancellation)
    {
        using var silence = new CancellationTokenSource(SilenceTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, silence.Token);
        using var response = await _api.WatchAsync(_resourceVersion, WatchTimeout, either.Token);
        if (response.StatusCode == HttpStatusCode.Gone)
        {
            _resourceVersion = "";
            return false;
        }

        Expect(response);
        Interlocked.Increment(ref _watches);
        Recover();
        var brought = false;
        await using var lines = new LineReader(await response.Content.ReadAsStreamAsync(either.Token), MaxLineBytes);
        while (await lines.ReadAsync(either.Token) is { } line)
        {
            silence.CancelAfter(SilenceTimeout);
            if (!Apply(line))
            {
                return brought;
            }

            brought = true;
            _backOff.Reset();
        }

        return brought;
    }

    /// <summary>Applies one line of a watch; false where the watch is over.</summary>
    private bool Apply(byte[] line)
    {
        if (!TryRead(line, out var change))
        {
            return true;
        }

        if (change.Type == "ERROR")
        {
            TryRead(change.Object, PodJson.Default.WatchError, out var error);
            if (error?.Code == (int)HttpStatusCode.Gone)
            {
                _resourceVersion = "";
                return false;
            }

            throw new InvalidDataException($"the watch ended with error {error?.Code}: {error?.Message}");
        }

        if (!TryRead(change.Object, PodJson.Default.PodObject, out var item))
        {
            return true;
        }

        if (change.Type is "ADDED" or "MODIFIED")
        {
            Take(item);
        }
        else if (change.Type == "DELETED" && item.Metadata?.Uid is { } uid)
        {
            Pods.Remove(uid);
        }

        // Of a bookmark the version is all that is meant.
        if (item.Metadata?.ResourceVersion is { Length: > 0 } version)
        {
            _resourceVersion = version;
        }

        return true;
    }

    private bool TryRead(byte[] line, [NotNullWhen(true)] out WatchEvent? change)
    {
        try
        {
            change = JsonSerializer.Deserialize(line, PodJson.Default.WatchEvent);
        }
        catch (JsonException)
        {
            change = null;
        }

        return Counted(change is { Type: not null, Object.ValueKind: JsonValueKind.Object });
    }

    private bool TryRead<T>(JsonElement json, JsonTypeInfo<T> type, [NotNullWhen(true)] out T? value)
        where T : class
    {
        try
        {
            value = json.Deserialize(type);
        }
        catch (JsonException)
        {
            value = null;
        }

        return Counted(value is not null);
    }

    private bool Counted(bool isGood)
    {
        if (!isGood)
        {
            Interlocked.Increment(ref _badObjects);
        }

        return isGood;
    }

    /// <summary>Takes a pod in.</summary>
    /// <returns>Its uid; null where it has none.</returns>
    private string? Take(PodObject item)
    {
        if (!Counted(item.Metadata is { Uid.Length: > 0 and <= RuntimeLimits.MaxIdLength }))
        {
            return null;
        }

        var metadata = item.Metadata!;
        var owner = Array.Find(metadata.OwnerReferences ?? [], o => o?.Controller is true);
        var pod = new KubernetesPod(
            metadata.Uid!,
            BoundedText.Value(metadata.Name),
            BoundedText.Value(metadata.Namespace),
            BoundedText.Value(owner?.Kind),
            BoundedText.Value(owner?.Name),
            BoundedLabels.Of(metadata.Labels));
        Pods.Set(pod);
        return pod.Uid;
    }

    private static void Expect(HttpResponseMessage response)
    {
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw new HttpRequestException($"the API server answered {(int)response.StatusCode} {response.StatusCode}");
        }
    }

    private void Warn(Exception e)
    {
        if (!_warned)
        {
            _warned = true;
            _log.LogWarning("the Kubernetes API server {Server} cannot be asked for pods: {Error}; containers go without what only it knows, and it is tried again", _access.Server, e.Message);
        }
    }

    private void Recover()
    {
        if (_warned)
        {
            _warned = false;
            _log.LogInformation("the Kubernetes API server {Server} answers again", _access.Server);
        }
    }
}
