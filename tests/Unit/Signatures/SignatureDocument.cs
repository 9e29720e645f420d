using System.Globalization;
using System.Text;
using TraceeMesh.Cli.Triggers;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Signatures;

namespace TraceeMesh.Tests.Unit.Signatures;

/// <summary>docs/signatures-builtin.md, made of what the signatures say of themselves.</summary>
internal static class SignatureDocument
{
    private const string Head = """
        # The signatures that come with the mesh

        Made of the signatures' code; a test of the unit tier compares, and writes it anew with `TRACEEMESH_WRITE_DOCUMENTS=1`. How to
        switch one off, give it another severity or except what is ordinary on your machines: [first-signature.md](first-signature.md).
        Where they are not like Tracee's: [differences-from-tracee.md](differences-from-tracee.md).

        | id | event | severity | ATT&CK | what it finds |
        |---|---|---|---|---|

        """;

    /// <summary>The text.</summary>
    public static string Write()
    {
        var signatures = BuiltInSignatures.Types.Select(BuiltInSignatures.Make).OrderBy(s => Number(s.Metadata.Id)).ToList();
        var text = new StringBuilder(Head);
        foreach (var m in signatures.Select(s => s.Metadata))
        {
            text.Append(CultureInfo.InvariantCulture, $"| {m.Id} | `{m.EventName}` | {Severity(m)} | {Technique(m)} | {m.Name} |\n");
        }

        foreach (var signature in signatures)
        {
            Write(text, signature);
            signature.Dispose();
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, Signature signature)
    {
        var m = signature.Metadata;
        text.Append(CultureInfo.InvariantCulture, $"\n## {m.Id} {m.EventName}\n\n{m.Description}\n\n");
        Line(text, "Title", $"{m.Name}, version {m.Version}");
        Line(text, "Severity", Severity(m));
        Line(text, "ATT&CK", $"{m.Category}, {Technique(m)}");
        Line(text, "Events", string.Join(", ", signature.SelectedEvents.Select(s => $"`{s.Name}`{Where(s.Origin)}").Distinct()));
        Line(text, "Data sources", string.Join(", ", Sources(signature).Select(s => $"`{s}`")));
        Line(text, "Misses", m.Misses);
        Line(text, "Ordinary activity that it finds too", m.FalsePositives);
        Line(text, "To trigger it", TriggerList.Find(m.EventName) is { Impossible: null } ? $"`tmesh trigger {m.EventName}`, or by hand: {m.Trigger}" : m.Trigger);
    }

    private static void Line(StringBuilder text, string name, string value) => text.Append(CultureInfo.InvariantCulture, $"- {name}: {(value.Length > 0 ? value.Replace("|", "\\|", StringComparison.Ordinal) : "none")}\n");

    private static string Severity(SignatureMetadata m) => m.Severity.ToString().ToLowerInvariant();

    private static string Technique(SignatureMetadata m) => m.ExternalId.Length > 0
        ? $"[{m.ExternalId}](https://attack.mitre.org/techniques/{m.ExternalId.Replace('.', '/')}/) {m.Technique}"
        : m.Technique;

    private static string Where(Origin origin) => origin switch
    {
        Origin.Container => " in containers",
        Origin.Host => " on the host",
        _ => "",
    };

    private static IEnumerable<string> Sources(Signature signature)
    {
        var asked = new AskedSources();
        signature.Load(asked);
        return asked.Names.Union(signature.DeclaredLookups.Select(d => $"{d.Namespace}/{d.Id}")).Order(StringComparer.Ordinal);
    }

    // TRC-109 comes before TRC-1010: the number is what follows the prefix and the 10.
    private static (string Prefix, int Number) Number(string id)
    {
        var prefix = id.StartsWith("TRC-10", StringComparison.Ordinal) ? "TRC-10" : id[..(id.IndexOf('-', StringComparison.Ordinal) + 1)];
        return (prefix.StartsWith("TRC", StringComparison.Ordinal) ? "" : prefix, int.Parse(id[prefix.Length..], CultureInfo.InvariantCulture));
    }

    private sealed class AskedSources : ISignatureContext
    {
        public List<string> Names { get; } = [];

        public ISignatureLogger Logger => throw new InvalidOperationException("Nothing is logged while a signature is loaded.");

        public ISignatureState State { get; } = new KeptState();

        public DataValue Parameter(string name) => DataValue.Nil;

        public bool TryGetDataSource(string @namespace, string id, out IDataSource source)
        {
            Names.Add($"{@namespace}/{id}");
            source = new FixedDataSource(@namespace, id, _ => Lookup.Failed(LookupStatus.Unavailable));
            return true;
        }

        public void Report(Event e, ReadOnlySpan<(string Name, DataValue Value)> data) => throw new InvalidOperationException("No event is judged.");
    }
}
