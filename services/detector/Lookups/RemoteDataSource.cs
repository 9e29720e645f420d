using System.Collections.Concurrent;
using System.Diagnostics;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.MessagePack;
using TraceeMesh.Signatures;

namespace TraceeMesh.Detector.Lookups;

/// <summary>A data source asked over the bus, as of the event's position; what is still true is answered here.</summary>
public sealed class RemoteDataSource(BusConnection bus, Subjects subjects, DataSourceInfo info, ChangeFollower changes, SourceCounters counters) : IFrameSource
{
    /// <summary>How long a source may wait for the position of the event.</summary>
    public const int DeadlineMs = 1000;

    // The source answers at its deadline at the latest; the way there and back is not its.
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(DeadlineMs + 250);

    private readonly ConcurrentDictionary<string, NodeSource> _nodes = new();
    private readonly NearCache _cache = new();
    private readonly MeshCache? _meshCache = info.OfNode ? null : new MeshCache(EndOfLog(bus, subjects, info), changes.OfTheMesh(info.Namespace, info.Id));

    /// <inheritdoc/>
    public string Namespace => info.Namespace;

    /// <inheritdoc/>
    public string Id => info.Id;

    /// <inheritdoc/>
    public int Version => info.Version;

    /// <inheritdoc/>
    public string Schema => info.Schema;

    /// <inheritdoc/>
    public IReadOnlyList<string> Keys => info.Keys;

    /// <inheritdoc/>
    public ValueTask<Lookup> Get(Event e, LookupKey key, CancellationToken cancellation = default)
    {
        if (TryGetNear(e.Frame, e.Context.Position, key, out var near))
        {
            return new ValueTask<Lookup>(new Lookup(near));
        }

        return AskOneAsync(e.Frame, new PositionedKey(key, e.Context.Position, e.Context.Timestamp), cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<Lookup>> GetAll(Event e, IReadOnlyList<LookupKey> keys, CancellationToken cancellation = default)
    {
        var answers = new LookupResult?[keys.Count];
        var missing = new List<PositionedKey>();
        for (var i = 0; i < answers.Length; i++)
        {
            if (TryGetNear(e.Frame, e.Context.Position, keys[i], out var near))
            {
                answers[i] = near;
            }
            else
            {
                missing.Add(new PositionedKey(keys[i], e.Context.Position, e.Context.Timestamp));
            }
        }

        var asked = await AskAsync(e.Frame, missing, cancellation);
        var next = 0;
        return Array.ConvertAll(answers, a => new Lookup(a ?? asked[next++]));
    }

    /// <inheritdoc/>
    public bool TryGetNear(EventFrameHeader frame, long position, in LookupKey key, out LookupResult result)
    {
        counters.Asked.Add();

        // Whether an answer of the mesh's is still true is found out on the bus.
        if (info.OfNode && _cache.TryGet(frame.Node, frame.LoadId, position, key, Node(frame.Node).Chain, out result))
        {
            counters.Hit.Add();
            return true;
        }

        result = null!;
        return false;
    }

    /// <inheritdoc/>
    public async ValueTask<LookupResult[]> AskAsync(EventFrameHeader frame, IReadOnlyList<PositionedKey> questions, CancellationToken cancellation)
    {
        if (_meshCache is null)
        {
            return await AskAllAsync(frame, questions, cancellation);
        }

        var found = await _meshCache.FindAsync(questions, cancellation);
        var missing = new List<PositionedKey>();
        for (var i = 0; i < found.Length; i++)
        {
            if (found[i] is null)
            {
                missing.Add(questions[i]);
            }
        }

        counters.Hit.Add(found.Length - missing.Count);
        var asked = await AskAllAsync(frame, missing, cancellation);
        var next = 0;
        return Array.ConvertAll(found, f => f ?? asked[next++]);
    }

    private static LogEnd EndOfLog(BusConnection bus, Subjects subjects, DataSourceInfo info)
    {
        var jetStream = new JetStream(bus);
        var log = new StreamTable(subjects).WriteLog(info.Namespace, info.Id).Name;
        return new LogEnd(async () => await jetStream.FindStreamAsync(log));
    }

    private async ValueTask<LookupResult[]> AskAllAsync(EventFrameHeader frame, IReadOnlyList<PositionedKey> questions, CancellationToken cancellation)
    {
        if (questions.Count > 1)
        {
            counters.Batched.Add(questions.Count);
        }

        var answers = new LookupResult[questions.Count];
        for (var from = 0; from < answers.Length; from += Limits.LookupKeys)
        {
            await AskAsync(frame, questions, from, Math.Min(Limits.LookupKeys, answers.Length - from), answers, cancellation);
        }

        return answers;
    }

    private async ValueTask<Lookup> AskOneAsync(EventFrameHeader frame, PositionedKey question, CancellationToken cancellation) =>
        new((await AskAsync(frame, [question], cancellation))[0]);

    private async ValueTask AskAsync(EventFrameHeader frame, IReadOnlyList<PositionedKey> questions, int from, int count, LookupResult[] answers, CancellationToken cancellation)
    {
        using var span = MeshTrace.Within(SpanNames.Lookup, ActivityKind.Client)?.SetTag(SpanTags.Source, $"{Namespace}/{Id}").SetTag(SpanTags.Keys, count);
        using var reply = await RequestAsync(frame, questions, from, count, cancellation);
        var failure = reply.Status == ReplyStatus.Timeout ? LookupStatus.Timeout : LookupStatus.Unavailable;
        if (reply.Status == ReplyStatus.Ok && LookupCodec.TryReadReply(reply.Payload, out var read) == FrameStatus.Ok && read.Results.Count == count)
        {
            for (var i = 0; i < count; i++)
            {
                answers[from + i] = read.Results[i];
                Take(frame, questions[from + i].Key, read.Results[i]);
            }

            return;
        }

        Array.Fill(answers, LookupResult.Failed(failure), from, count);
        (failure == LookupStatus.Timeout ? counters.Late : counters.Failed).Add(count);
    }

    private void Take(EventFrameHeader frame, in LookupKey key, LookupResult result)
    {
        if (result.Status is LookupStatus.Unavailable or LookupStatus.Timeout)
        {
            counters.Failed.Add();
        }
        else if (_meshCache is null)
        {
            _cache.Add(Node(frame.Node).Name, frame.LoadId, key, result);
        }
        else
        {
            _meshCache.Add(key, result);
        }
    }

    private ValueTask<BusReply> RequestAsync(EventFrameHeader frame, IReadOnlyList<PositionedKey> questions, int from, int count, CancellationToken cancellation)
    {
        // The chain is followed from before the first answer on: no change between the two is missed.
        var node = Node(frame.Node);
        var keys = new LookupKey[count];
        var at = count > 1 ? new LookupMoment[count] : [];
        for (var i = 0; i < count; i++)
        {
            var question = questions[from + i];
            keys[i] = question.Key;
            if (count > 1)
            {
                at[i] = new LookupMoment(question.Position, question.Time);
            }
        }

        using var writer = new MessagePackWriter();
        LookupCodec.WriteRequest(writer, new LookupRequest
        {
            Keys = keys,
            Node = frame.Node,
            LoadId = frame.LoadId,
            Position = questions[from].Position,
            Time = questions[from].Time,
            At = at,
            DeadlineMs = DeadlineMs,
            TakesRows = true,
        });
        return bus.RequestAsync(node.Subject, writer.WrittenSpan, Timeout, MeshTrace.Inject(BusHeaders.MessagePack), cancellation);
    }

    private NodeSource Node(string node) => _nodes.TryGetValue(node, out var known) ? known : _nodes.GetOrAdd(node, Make);

    private NodeSource Make(string node) => new(
        node,
        info.OfNode ? subjects.Lookup(Namespace, Id, node) : subjects.Lookup(Namespace, Id),
        info.OfNode ? changes.Of(Namespace, Id, node) : new ChangeChain());

    private sealed record NodeSource(string Name, string Subject, ChangeChain Chain);
}
