using System.Text.Json;
using TraceeMesh.Bus;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Mesh;
using TraceeMesh.Detector.Engine;
using TraceeMesh.Detector.Loading;

namespace TraceeMesh.Detector.Reporting;

/// <summary>Answers how the signatures of this detector are.</summary>
/// <param name="instance">This detector.</param>
/// <param name="catalog">The signatures that are loaded.</param>
/// <param name="directory">The operator's directory; null without one.</param>
public sealed class SignaturesEndpoint(string instance, SignatureCatalog catalog, SignatureDirectory? directory)
{
    /// <summary>Answers a request, whatever it holds.</summary>
    public void Answer(IncomingMessage request) => request.Respond(JsonSerializer.SerializeToUtf8Bytes(List(), MeshJson.Default.SignatureList), BusHeaders.Json);

    /// <summary>What it answers now.</summary>
    public SignatureList List()
    {
        var reports = catalog.Report();
        var made = reports.Select(r => r.EventName).ToHashSet();
        return new(instance, [.. reports.Concat(directory?.Failures ?? []).Select(r => Status(r, made))]);
    }

    private static SignatureStatus Status(SignatureReport report, HashSet<string> made) => new()
    {
        Id = report.Id,
        EventName = report.EventName,
        Version = report.Version,
        State = report.State switch
        {
            SignatureState.Running => SignatureStatus.Running,
            SignatureState.Waiting => SignatureStatus.Waiting,
            SignatureState.Disabled => SignatureStatus.Disabled,
            _ => SignatureStatus.Failed,
        },
        Reason = report.Reason.Length <= SignatureList.ReasonLength ? report.Reason : report.Reason[..SignatureList.ReasonLength],
        Events = report.Events,
        UnknownEvents = [.. report.Events.Where(e => EventCatalog.Find(e) is not { Internal: false } && !made.Contains(e))],
        Evaluations = report.Evaluations,
        Findings = report.Findings,
        Suppressed = report.Suppressed,
        Errors = report.Errors,
        NanosecondsPerEvent = report.NanosecondsPerEvent,
        Lookups = report.Lookups,
    };
}
