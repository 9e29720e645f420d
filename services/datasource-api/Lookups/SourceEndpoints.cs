using Microsoft.Extensions.Logging;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.DataSourceApi.Log;
using TraceeMesh.DataSourceApi.Replicas;
using TraceeMesh.DataSourceApi.Sources.Coded;
using TraceeMesh.MessagePack;

namespace TraceeMesh.DataSourceApi.Lookups;

/// <summary>
/// Answers lookups and lists of one source over the bus, once its replica is ready: replicas share the questions. Each answer reflects every
/// write that was acknowledged before the question was sent.
/// </summary>
/// <param name="replica">The source.</param>
/// <param name="bus">The bus.</param>
/// <param name="subjects">The subjects in force.</param>
/// <param name="instance">Name of this instance.</param>
/// <param name="counters">Where it counts.</param>
/// <param name="log">The log.</param>
public sealed partial class SourceEndpoints(SourceReplica replica, BusConnection bus, Subjects subjects, string instance, LookupCounters counters, ILogger log)
{
    /// <summary>The group in which replicas share questions.</summary>
    public const string QueueGroup = "tracee-ds";

    /// <summary>Questions of one source that wait at one time; one more is dropped, and its asker's deadline ends.</summary>
    public const int MaxWaiting = 4096;

    /// <summary>The longest anybody may make a question wait.</summary>
    public static readonly TimeSpan MaxDeadline = TimeSpan.FromSeconds(30);

    // Entries looked at for one page: a filter that matches nothing does not hold the source longer than this.
    private const int ScanLimit = 4096;

    private static readonly TimeSpan ReadyPoll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ListDeadline = TimeSpan.FromSeconds(5);

    private readonly EndpointStatistics _get = new("get", subjects.Lookup(replica.Definition.Namespace, replica.Definition.Id), QueueGroup);
    private readonly EndpointStatistics _list = new("list", subjects.List(replica.Definition.Namespace, replica.Definition.Id), QueueGroup);

    /// <summary>Answers until cancelled, while the replica is ready.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var options = new BusSubscriptionOptions { QueueGroup = QueueGroup, Capacity = MaxWaiting };
        while (true)
        {
            while (!replica.IsReady)
            {
                await replica.Advanced.WaitAsync(ReadyPoll, bus.Time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellation.ThrowIfCancellationRequested();
            }

            using var lookups = bus.Subscribe(_get.Subject, options);
            using var lists = bus.Subscribe(_list.Subject, options);
            using var registration = Register();
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var serving = Task.WhenAll(ServeAsync(lookups, _get, AnswerLookupAsync, end.Token), ServeAsync(lists, _list, AnswerListAsync, end.Token));
            while (replica.IsReady && !serving.IsCompleted)
            {
                // A replica that begins anew leaves the questions to the others meanwhile.
                await serving.WaitAsync(ReadyPoll, bus.Time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellation.ThrowIfCancellationRequested();
            }

            await end.CancelAsync();
            await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (bus.State == BusState.Closed)
            {
                return;
            }
        }
    }

    private MicroService Register()
    {
        var source = replica.Definition;
        return new MicroService(
            bus,
            $"{Subjects.Safe(instance)}-{Subjects.Safe(source.Namespace)}-{Subjects.Safe(source.Id)}",
            source.Description.Length > 0 ? source.Description : source.Name,
            [
                new("namespace", source.Namespace),
                new("id", source.Id),
                new("version", $"{source.Version}"),
                new("scope", "mesh"),
                new("node", ""),
                new("writable", "true"),
                new("keys", source.KeyKinds),
                new("values", source.Values),
                new("schema", source.Schema),
            ],
            [_get, _list]);
    }

    private async Task ServeAsync(BusSubscription questions, EndpointStatistics endpoint, Func<BusMessage, CancellationToken, ValueTask<bool>> answer, CancellationToken cancellation)
    {
        while (await questions.ReadAsync(cancellation) is { } message)
        {
            _ = ServeOneAsync(message, endpoint, answer, cancellation);
        }
    }

    // One question that cannot be answered costs its asker a time-out, and nobody else anything.
    private async Task ServeOneAsync(BusMessage message, EndpointStatistics endpoint, Func<BusMessage, CancellationToken, ValueTask<bool>> answer, CancellationToken cancellation)
    {
        using (message)
        {
            var started = bus.Time.GetTimestamp();
            try
            {
                if (await answer(message, cancellation))
                {
                    counters.Answered.Add();
                    endpoint.Answered(bus.Time.GetElapsedTime(started));
                }
                else
                {
                    counters.Malformed.Add();
                    endpoint.Failed("the request could not be read");
                    LogMalformed(log, endpoint.Subject, message.Payload.Length, Convert.ToHexStringLower(message.Payload[..Math.Min(16, message.Payload.Length)]));
                }
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
            {
                counters.Failed.Add();
                endpoint.Failed(e.Message);
                LogFailed(log, e, endpoint.Subject);
            }
        }
    }

    private async ValueTask<bool> AnswerLookupAsync(BusMessage message, CancellationToken cancellation)
    {
        if (LookupCodec.TryReadRequest(message.PayloadMemory, out var request) != FrameStatus.Ok)
        {
            Respond(message, new LookupReply([LookupResult.Failed(LookupStatus.KeyNotSupported)]));
            return false;
        }

        var patience = TimeSpan.FromMilliseconds(Math.Clamp(request.DeadlineMs, 0, (int)MaxDeadline.TotalMilliseconds));
        Respond(message, await CaughtUpAsync(patience, cancellation) ? Answer(request) : Unavailable(request.Keys.Count));
        return true;
    }

    private async ValueTask<bool> AnswerListAsync(BusMessage message, CancellationToken cancellation)
    {
        if (ListCodec.TryReadRequest(message.Payload, out var request) != FrameStatus.Ok || !PageEnd.TryParse(request.After, out var after))
        {
            return false;
        }

        if (!await CaughtUpAsync(ListDeadline, cancellation))
        {
            return true;
        }

        var reply = replica.Read(view => List(request, after, view));
        using var writer = new MessagePackWriter();
        ListCodec.WriteReply(writer, reply);
        message.Respond(writer.WrittenSpan, BusHeaders.MessagePack);
        return true;
    }

    private async ValueTask<bool> CaughtUpAsync(TimeSpan patience, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(patience, bus.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            await replica.CaughtUpAsync(either.Token);
            return true;
        }
        catch (Exception e) when (e is BusException or LogUnavailableException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            counters.NotCaughtUp.Add();
            return false;
        }
    }

    // Keys are encoded and values decoded without holding up other readers.
    private LookupReply Answer(LookupRequest request)
    {
        var keys = new byte[]?[request.Keys.Count];
        using var writer = new MessagePackWriter();
        try
        {
            for (var i = 0; i < keys.Length; i++)
            {
                writer.Reset();
                keys[i] = replica.Types.TryWriteKey(writer, request.Keys[i].Value) ? writer.WrittenSpan.ToArray() : null;
            }
        }
        catch (SourceCodeException e)
        {
            counters.Failed.Add();
            LogFailed(log, e, _get.Subject);
            return Unavailable(keys.Length);
        }

        var found = new (byte[]? Value, long Revision)[keys.Length];
        var asOf = replica.Read(view =>
        {
            for (var i = 0; i < found.Length; i++)
            {
                found[i] = keys[i] is { } key && view.TryGet(key, out var entry) ? (entry.Value, entry.Revision) : default;
            }

            return view.Revision;
        });

        // An answer holds until a change of its key is told; but one that ends with its life ends untold.
        var lasts = replica.Definition.TimeToLive == TimeSpan.Zero;
        var results = new LookupResult[keys.Length];
        for (var i = 0; i < results.Length; i++)
        {
            var (value, revision) = found[i];
            results[i] = keys[i] is null ? LookupResult.Failed(LookupStatus.KeyNotSupported)
                : value is null ? new LookupResult(LookupStatus.NotFound, DataValue.Nil, asOf, asOf, true)
                : new LookupResult(LookupStatus.Found, StoredValue.Read(value), revision, lasts ? asOf : revision, lasts);
        }

        return new LookupReply(results);
    }

    private static LookupReply Unavailable(int keys) => new([.. Enumerable.Repeat(LookupResult.Failed(LookupStatus.Unavailable), keys)]);

    private static ListReply List(ListRequest request, PageEnd? after, EntryView view)
    {
        var limit = Math.Min(request.Limit, ListRequest.MaxLimit);
        var found = new List<SourceEntry>();
        var bytes = 0;
        var scanned = view.After(after, ScanLimit);
        foreach (var entry in scanned)
        {
            var item = new SourceEntry(StoredValue.Read(entry.Key), StoredValue.Read(entry.Value));
            if (item.Matches(request.Filter))
            {
                bytes += entry.Key.Length + entry.Value.Length + 32;
                found.Add(item);
            }

            if (found.Count == limit || bytes > Limits.ReplyBytes / 2)
            {
                return new ListReply(found, PageEnd.TokenOf(entry), view.Evicted);
            }
        }

        return new ListReply(found, scanned.Count < ScanLimit ? "" : PageEnd.TokenOf(scanned[^1]), view.Evicted);
    }

    private static void Respond(BusMessage message, LookupReply reply)
    {
        using var writer = new MessagePackWriter();
        LookupCodec.WriteReply(writer, reply);
        if (writer.Length > Limits.ReplyBytes)
        {
            // More than a message holds: who asks for fewer keys at a time is answered.
            writer.Reset();
            LookupCodec.WriteReply(writer, Unavailable(reply.Results.Count));
        }

        // An asker that is gone, or a bus that is, costs the asker its deadline; the connection counts it.
        message.Respond(writer.WrittenSpan, BusHeaders.MessagePack);
    }

    [LoggerMessage(140, LogLevel.Warning, "a request on {Subject} of {Bytes} bytes could not be read; it begins {Start}")]
    private static partial void LogMalformed(ILogger log, string subject, int bytes, string start);

    [LoggerMessage(141, LogLevel.Error, "a request on {Subject} could not be answered")]
    private static partial void LogFailed(ILogger log, Exception exception, string subject);
}
