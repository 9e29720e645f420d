using System.Text.Json.Serialization;

namespace TraceeMesh.Bus;

// The JSON of the JetStream API, as far as this library uses it. Names are snake case on the wire; durations are nanoseconds.

internal interface IApiResponse
{
    public ApiError? Error { get; }
}

internal sealed record ApiError(int Code, int ErrCode, string? Description);

internal sealed record StreamConfig
{
    public required string Name { get; init; }

    public required IReadOnlyList<string> Subjects { get; init; }

    public string Retention { get; init; } = "limits";

    public required string Storage { get; init; }

    public string Discard { get; init; } = "old";

    public int MaxConsumers { get; init; } = -1;

    public long MaxMsgs { get; init; } = -1;

    public long MaxBytes { get; init; } = -1;

    public long MaxAge { get; init; }

    public long MaxMsgsPerSubject { get; init; } = -1;

    public int MaxMsgSize { get; init; } = -1;

    public int NumReplicas { get; init; } = 1;

    public long DuplicateWindow { get; init; }

    public bool AllowRollupHdrs { get; init; }

    public bool DenyDelete { get; init; }
}

internal sealed record StreamCounts(long Messages, long Bytes, long FirstSeq, long LastSeq, DateTimeOffset FirstTs = default, DateTimeOffset LastTs = default);

internal sealed record StreamResponse(ApiError? Error, StreamConfigName? Config, DateTimeOffset Created, StreamCounts? State) : IApiResponse;

internal sealed record StreamConfigName(string? Name);

internal sealed record SuccessResponse(ApiError? Error, bool Success, long Purged) : IApiResponse;

internal sealed record PurgeRequest(string? Filter, long? Seq);

internal sealed record MessageGetRequest(long? Seq, string? LastBySubj);

internal sealed record MessageGetResponse(ApiError? Error, RawMessage? Message) : IApiResponse;

internal sealed record RawMessage(string? Subject, long Seq, byte[]? Data, byte[]? Hdrs, DateTimeOffset Time);

internal sealed record MessageDeleteRequest(long Seq, bool NoErase);

internal sealed record ConsumerConfig
{
    public string? Name { get; init; }

    public string? DurableName { get; init; }

    public required string DeliverPolicy { get; init; }

    public long? OptStartSeq { get; init; }

    public string? OptStartTime { get; init; }

    public required string AckPolicy { get; init; }

    public long? AckWait { get; init; }

    public int? MaxDeliver { get; init; }

    public int? MaxAckPending { get; init; }

    public string? FilterSubject { get; init; }

    public string ReplayPolicy { get; init; } = "instant";

    public bool? HeadersOnly { get; init; }

    public long? InactiveThreshold { get; init; }

    public int NumReplicas { get; init; }

    public bool? MemStorage { get; init; }
}

internal sealed record ConsumerCreateRequest(string StreamName, ConsumerConfig Config);

internal sealed record ConsumerSequences(long ConsumerSeq, long StreamSeq);

internal sealed record ConsumerResponse(ApiError? Error, string? Name, DateTimeOffset Created, ConsumerSequences? Delivered, ConsumerSequences? AckFloor, long NumPending, int NumAckPending) : IApiResponse;

internal sealed record ConsumerNamesRequest(int Offset);

internal sealed record ConsumerNamesResponse(ApiError? Error, int Total, int Offset, IReadOnlyList<string>? Consumers) : IApiResponse;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StreamConfig))]
[JsonSerializable(typeof(StreamResponse))]
[JsonSerializable(typeof(SuccessResponse))]
[JsonSerializable(typeof(PurgeRequest))]
[JsonSerializable(typeof(MessageGetRequest))]
[JsonSerializable(typeof(MessageGetResponse))]
[JsonSerializable(typeof(MessageDeleteRequest))]
[JsonSerializable(typeof(ConsumerCreateRequest))]
[JsonSerializable(typeof(ConsumerResponse))]
[JsonSerializable(typeof(ConsumerNamesRequest))]
[JsonSerializable(typeof(ConsumerNamesResponse))]
internal sealed partial class JetStreamJson : JsonSerializerContext;
