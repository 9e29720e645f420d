using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Findings;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Detector.Engine;
using TraceeMesh.Detector.Lookups;
using TraceeMesh.Signatures;

namespace TraceeMesh.Detector.Findings;

/// <summary>Writes findings as JSON: the event form of tracee.md §6.1 with the trigger as an argument, the signature's metadata and the object <c>mesh</c>.</summary>
/// <param name="subjects">The subjects in force.</param>
/// <param name="counters">Where a shortened finding is counted.</param>
public sealed class FindingWriter(Subjects subjects, DetectorCounters counters)
{
    /// <summary>The largest finding in bytes: the bus's message less room for subject and headers.</summary>
    public const int MaxBytes = Limits.MessageBytes - 4096;

    private readonly ArrayBufferWriter<byte> _buffer = new(4096);

    // Findings are read by people and log tools, never embedded in HTML.
    private readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a finding.</summary>
    /// <param name="signature">Whose it is.</param>
    /// <param name="e">The event that triggered it.</param>
    /// <param name="ordinal">Which of the signature's findings for that event it is, from 0.</param>
    /// <param name="data">What it says beside the event.</param>
    /// <param name="completeness">What may be missing.</param>
    /// <param name="asked">The questions asked so far for that event.</param>
    public Finding Write(
        LoadedSignature signature,
        Event e,
        int ordinal,
        ReadOnlySpan<(string Name, DataValue Value)> data,
        Completeness completeness,
        IReadOnlyList<AskedLookup> asked)
    {
        var id = FindingIds.Of(signature.Metadata.Id, e, ordinal);
        WriteObject(signature, e, id, data, completeness, asked, shortened: false);
        if (_buffer.WrittenCount > MaxBytes)
        {
            counters.FindingsShortened.Add();
            WriteObject(signature, e, id, [], completeness, [], shortened: true);
        }

        var subject = subjects.Finding(signature.Metadata.Severity.Name(), signature.Metadata.EventName, e.Frame.Node);
        return new Finding(subject, id, _buffer.WrittenSpan.ToArray());
    }

    private void WriteObject(
        LoadedSignature signature,
        Event e,
        string id,
        ReadOnlySpan<(string Name, DataValue Value)> data,
        Completeness completeness,
        IReadOnlyList<AskedLookup> asked,
        bool shortened)
    {
        _buffer.ResetWrittenCount();
        using var json = new Utf8JsonWriter(_buffer, _options);
        var hasTrigger = e.Definition.Arguments.Count > 0 || e.Finding is not null;
        json.WriteStartObject();
        EventJson.WriteOrigin(json, e);
        EventJson.WriteName(json, signature.Event.Id, signature.Metadata.EventName);
        EventJson.WriteTail(json, e, data.Length + (hasTrigger ? 1 : 0));
        json.WriteStartArray("args"u8);
        foreach (var (name, value) in data)
        {
            WriteData(json, name, value);
        }

        if (hasTrigger)
        {
            WriteTriggeredBy(json, e, shortened);
        }

        json.WriteEndArray();
        WriteMetadata(json, signature.Metadata);
        json.WriteStartObject("mesh"u8);
        json.WriteString("id"u8, id);
        EventJson.WriteMeshIdentity(json, e);
        if (shortened)
        {
            json.WriteBoolean("shortened"u8, true);
        }

        WriteCompleteness(json, completeness);
        WriteLookups(json, asked);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteData(Utf8JsonWriter json, string name, DataValue value)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, name);
        json.WriteString("type"u8, TypeName(value));
        json.WritePropertyName("value"u8);
        EventJson.WriteValue(json, value);
        json.WriteEndObject();
    }

    private static string TypeName(DataValue value) => value.Kind switch
    {
        DataKind.Text => "const char*",
        DataKind.Bool => "bool",
        DataKind.Integer => "long",
        DataKind.Unsigned => "unsigned long",
        DataKind.Float => "float64",
        DataKind.Bytes => "bytes",
        DataKind.List when value.List.All(v => v.Kind == DataKind.Text) => "const char**",
        _ => "unknown",
    };

    private static void WriteTriggeredBy(Utf8JsonWriter json, Event e, bool shortened)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, "triggeredBy"u8);
        json.WriteString("type"u8, "unknown"u8);
        json.WriteStartObject("value"u8);
        json.WriteNumber("id"u8, e.Definition.Id);
        json.WriteString("name"u8, e.Definition.Name);
        if (shortened)
        {
            json.WriteStartArray("args"u8);
            json.WriteEndArray();
        }
        else if (e.Finding is { } finding)
        {
            WriteFindingArguments(json, finding);
        }
        else
        {
            EventJson.WriteArguments(json, e);
        }

        json.WriteNumber("returnValue"u8, e.Context.ReturnValue);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    // The arguments of a finding are its data, and what triggered it in turn.
    private static void WriteFindingArguments(Utf8JsonWriter json, ChainedFinding finding)
    {
        json.WriteStartArray("args"u8);
        foreach (var (name, value) in finding.Data)
        {
            WriteData(json, name, value);
        }

        if (finding.Trigger.Definition.Arguments.Count > 0 || finding.Trigger.Finding is not null)
        {
            WriteTriggeredBy(json, finding.Trigger, shortened: false);
        }

        json.WriteEndArray();
    }

    private static void WriteMetadata(Utf8JsonWriter json, SignatureMetadata metadata)
    {
        json.WriteStartObject("metadata"u8);
        json.WriteString("Version"u8, metadata.Version);
        json.WriteString("Description"u8, metadata.Description);
        json.WriteStartArray("Tags"u8);
        foreach (var tag in metadata.Tags)
        {
            json.WriteStringValue(tag);
        }

        json.WriteEndArray();
        json.WriteStartObject("Properties"u8);
        json.WriteString("Category"u8, metadata.Category);
        json.WriteNumber("Severity"u8, (int)metadata.Severity);
        json.WriteString("Technique"u8, metadata.Technique);
        json.WriteString("external_id"u8, metadata.ExternalId);
        json.WriteString("id"u8, metadata.StixId);
        json.WriteString("signatureID"u8, metadata.Id);
        json.WriteString("signatureName"u8, metadata.Name);
        foreach (var (name, value) in metadata.Properties)
        {
            json.WritePropertyName(name);
            EventJson.WriteValue(json, value);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteCompleteness(Utf8JsonWriter json, Completeness completeness)
    {
        json.WriteStartObject("completeness"u8);
        json.WriteString("state"u8, completeness.Reasons.Count > 0 ? "incomplete"u8 : completeness.Cold ? "cold"u8 : "complete"u8);
        if (completeness.Reasons.Count > 0)
        {
            json.WriteNumber("lost"u8, completeness.Lost);
            json.WriteStartObject("reasons"u8);
            foreach (var (reason, count) in completeness.Reasons)
            {
                json.WriteNumber(reason, count);
            }

            json.WriteEndObject();
            json.WriteNumber("from"u8, completeness.From);
            json.WriteNumber("to"u8, completeness.To);
            if (completeness.Cold)
            {
                json.WriteBoolean("cold"u8, true);
            }
        }

        json.WriteEndObject();
    }

    private static void WriteLookups(Utf8JsonWriter json, IReadOnlyList<AskedLookup> asked)
    {
        json.WriteStartArray("lookups"u8);
        foreach (var lookup in asked)
        {
            json.WriteStartObject();
            json.WriteString("namespace"u8, lookup.Namespace);
            json.WriteString("id"u8, lookup.Id);
            json.WritePropertyName("key"u8);
            EventJson.WriteValue(json, lookup.Key.Value);
            json.WriteString("status"u8, lookup.Result.Status.Name());
            json.WritePropertyName("values"u8);
            EventJson.WriteValue(json, lookup.Result.Values);
            if (lookup.Result.Enrichment.Length > 0)
            {
                json.WriteString("enrichment"u8, lookup.Result.Enrichment);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
