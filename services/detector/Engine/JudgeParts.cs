using Microsoft.Extensions.Logging;
using TraceeMesh.Contracts;
using TraceeMesh.Detector.Findings;
using TraceeMesh.Detector.Lookups;

namespace TraceeMesh.Detector.Engine;

/// <summary>What judging needs, shared by all partitions.</summary>
/// <param name="Catalog">The signatures.</param>
/// <param name="Sources">The data sources.</param>
/// <param name="Findings">Where findings are stored.</param>
/// <param name="LeftBehind">The judgements that did not come back.</param>
/// <param name="Limits">What a signature may cost.</param>
/// <param name="Node">The detector's own node.</param>
/// <param name="Subjects">The subjects in force.</param>
/// <param name="Counters">What is counted.</param>
/// <param name="Time">The clock.</param>
/// <param name="Log">The log.</param>
public sealed record JudgeParts(
    SignatureCatalog Catalog,
    IDataSources Sources,
    IFindingStore Findings,
    LeftBehind LeftBehind,
    EvaluationLimits Limits,
    string Node,
    Subjects Subjects,
    DetectorCounters Counters,
    TimeProvider Time,
    ILogger Log)
{
    /// <summary>How long a thread waited for a CPU so far (<see cref="RunQueue.WaitOf"/>).</summary>
    public Func<int, TimeSpan> WaitOf { get; init; } = RunQueue.WaitOf;
}
