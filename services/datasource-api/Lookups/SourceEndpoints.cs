using Microsoft.Extensions.Logging;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.DataSourceApi.Log;
using TraceeMesh.DataSourceApi.Replicas;
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
                new("keys", Sources.FieldTypes.Name(source.Key)),
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
        if (LookupCodec.TryReadRequest(message.Payload, out var request) != FrameStatus.Ok)
        {
            Respond(message, new LookupReply([LookupResult.Failed(LookupStatus.KeyNotSupported)]));
            return false;
        }

        var patience = TimeSpan.FromMilliseconds(Math.Clamp(request.DeadlineMs, 0, (int)MaxDeadline.TotalMilliseconds));
        Respond(message, await CaughtUpAsync(patience, cancellation)
            ? replica.Read(view => Answer(request, view))
            : new LookupReply([.. request.Keys.Select(_ => LookupResult.Failed(LookupStatus.Unavailable))]));
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

    private LookupReply Answer(LookupRequest request, EntryView view)
    {
        var results = new LookupResult[request.Keys.Count];
        using var key = new MessagePackWriter();
        for (var i = 0; i < results.Length; i++)
        {
            key.Reset();
            results[i] = !replica.Types.TryWriteKey(key, request.Keys[i]) ? LookupResult.Failed(LookupStatus.KeyNotSupported)
                : view.TryGet(key.WrittenSpan, out var entry) ? new LookupResult(LookupStatus.Found, StoredValue.Read(entry.Value), entry.Revision, view.Revision, true)
                : LookupResult.Failed(LookupStatus.NotFound);
        }

        return new LookupReply(results);
    }

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
            LookupCodec.WriteReply(writer, new LookupReply([.. reply.Results.Select(_ => LookupResult.Failed(LookupStatus.Unavailable))]));
        }

        // An asker that is gone, or a bus that is, costs the asker its deadline; the connection counts it.
        message.Respond(writer.WrittenSpan, BusHeaders.MessagePack);
    }

    [LoggerMessage(140, LogLevel.Warning, "a request on {Subject} of {Bytes} bytes could not be read; it begins {Start}")]
    private static partial void LogMalformed(ILogger log, string subject, int bytes, string start);

    [LoggerMessage(141, LogLevel.Error, "a request on {Subject} could not be answered")]
    private static partial void LogFailed(ILogger log, Exception exception, string subject);
}
