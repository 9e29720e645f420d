using System.Buffers.Binary;
using System.Diagnostics;

namespace TraceeMesh.Bus;

/// <summary>
/// Spans of the mesh, and how their context travels: as the header <c>traceparent</c> of W3C, never in a payload. A trace begins
/// with a raw frame and is made from its identity, so that a frame sent again belongs to the same trace; all others only go on with
/// one that came to them. While nobody listens nothing is made.
/// </summary>
public static class MeshTrace
{
    /// <summary>Name of the source of all spans.</summary>
    public const string SourceName = "TraceeMesh";

    /// <summary>Name of the header.</summary>
    public const string Header = "traceparent";

    // Keeps nodes that began at the same offset apart.
    private const ulong Spread = 0x9E3779B97F4A7C15;

    private static readonly ActivitySource Source = new(SourceName);

    [ThreadStatic]
    private static ActivityTraceId? _next;

    static MeshTrace() => Activity.TraceIdGenerator = static () => _next ?? ActivityTraceId.CreateRandom();

    /// <summary>Begins the trace of a raw frame. The span is not the current one; dispose it once the frame is stored.</summary>
    /// <param name="loadId">Load of the frame.</param>
    /// <param name="firstOffset">Its first offset.</param>
    /// <param name="begin">When its first record was made.</param>
    /// <returns>Null where nobody listens, or this frame is not sampled.</returns>
    public static Activity? Begin(uint loadId, long firstOffset, DateTimeOffset begin)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        var current = Activity.Current;
        Activity.Current = null;
        _next = TraceId(loadId, firstOffset);
        try
        {
            return Source.StartActivity(SpanNames.Collect, ActivityKind.Producer, default(ActivityContext), startTime: begin);
        }
        finally
        {
            _next = null;
            Activity.Current = current;
        }
    }

    /// <summary>Goes on with the trace that a message brought, if it brought one. The span is the current one.</summary>
    /// <param name="name">One of <see cref="SpanNames"/>.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="headers">The headers of the message.</param>
    public static Activity? Follow(string name, ActivityKind kind, BusHeaders headers) =>
        Source.HasListeners() && headers.TryGet(Header, out var text) && ActivityContext.TryParse(text, null, isRemote: true, out var parent)
            ? Source.StartActivity(name, kind, parent)
            : null;

    /// <summary>A span within the current one, if there is one of the mesh.</summary>
    /// <param name="name">One of <see cref="SpanNames"/>.</param>
    /// <param name="kind">Its kind.</param>
    public static Activity? Within(string name, ActivityKind kind) =>
        Source.HasListeners() && Activity.Current is { } current && current.Source == Source ? Source.StartActivity(name, kind) : null;

    /// <summary>What tells the next service of a span; null where it is not recorded.</summary>
    public static string? HeaderOf(Activity? span) => span is { Recorded: true } ? span.Id : null;

    /// <summary>The headers, with the current span's where there is one that is recorded.</summary>
    public static BusHeaders Inject(BusHeaders headers) =>
        Source.HasListeners() && Activity.Current is { } current && current.Source == Source && HeaderOf(current) is { } header ? headers.With(Header, header) : headers;

    /// <summary>The trace of a raw frame.</summary>
    public static ActivityTraceId TraceId(uint loadId, long firstOffset)
    {
        Span<byte> id = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(id, Mix((loadId * Spread) + 1));

        // Samplers by ratio look at these bytes: frames that follow each other must not look alike.
        BinaryPrimitives.WriteUInt64BigEndian(id[8..], Mix((ulong)firstOffset + (loadId * Spread)));
        return ActivityTraceId.CreateFromBytes(id);
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return (value ^ (value >> 31)) | 1;
    }
}
