using Microsoft.Extensions.Logging;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Detector.Engine;

namespace TraceeMesh.Detector.Partitions;

/// <summary>What reading and judging partitions needs, shared by all of them.</summary>
/// <param name="JetStream">The bus's streams.</param>
/// <param name="Subjects">The subjects in force.</param>
/// <param name="Streams">The streams in force.</param>
/// <param name="Judge">What judging needs.</param>
/// <param name="Counters">What is counted.</param>
/// <param name="Time">The clock.</param>
/// <param name="Log">The log.</param>
public sealed record PartitionParts(
    JetStream JetStream,
    Subjects Subjects,
    StreamTable Streams,
    JudgeParts Judge,
    DetectorCounters Counters,
    TimeProvider Time,
    ILogger Log);
