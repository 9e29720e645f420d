using System.Text;
using TraceeMesh.ServiceDefaults.Configuration;

namespace TraceeMesh.Tests.Unit.Repository;

/// <summary>docs/configuration.md, made from the table of settings.</summary>
internal static class ConfigurationDocument
{
    /// <summary>The text.</summary>
    public static string Write()
    {
        var text = new StringBuilder();
        text.AppendLine("# Configuration").AppendLine();
        text.AppendLine("Made from the code by a test; `TRACEEMESH_WRITE_DOCUMENTS=1 dotnet test -c Release tests/Unit --filter ConfigurationDocument` writes it anew.").AppendLine();
        text.AppendLine("One set of names for every way to run. A **flag** wins over a **variable** of the environment, that over the **file**, that over the");
        text.AppendLine("default. The file is the one that `--config` or `TRACEEMESH_CONFIG` names, else `" + SettingValues.DefaultFile + "` where it exists. It is YAML or");
        text.AppendLine("JSON; a setting is called there as in the first column, and one file does for all services: what stands below the name of a service");
        text.AppendLine("is for it alone.").AppendLine();
        text.AppendLine("```yaml").AppendLine("nats_url: tls://bus.example:4222").AppendLine("nats_ca: /etc/traceemesh/ca.pem").AppendLine("collector:").AppendLine("  credentials: /etc/traceemesh/credentials/collector.json").AppendLine("  ring_bytes: 134217728").AppendLine("```").AppendLine();
        text.AppendLine("Everything is read before anything is started. What cannot be used is told all at once, each with where it stands and what is wanted,");
        text.AppendLine("and the service ends with exit code 2; so does a setting in the file that no service knows. Secrets are never values: settings name");
        text.AppendLine("files that hold them (`credentials`, `http_token_file`), or the environment holds them (an address of the bus with user and password).").AppendLine();
        foreach (var group in MeshSettings.All.GroupBy(s => string.Join(", ", s.Programs)))
        {
            text.AppendLine($"## {Title(group.Key)}").AppendLine();
            text.AppendLine("| setting | variable | flag | takes | default | meaning |").AppendLine("|---|---|---|---|---|---|");
            foreach (var setting in group)
            {
                var flags = setting.ShortFlag is { } shorter ? $"`{shorter}`, `{setting.Flag}`" : $"`{setting.Flag}`";
                var variables = setting.ForeignVariable is { } foreign ? $"`{setting.Variable}`, else `{foreign}`" : $"`{setting.Variable}`";
                var otherwise = setting.Default is { } value ? $"`{value}`" : setting.DefaultMeaning;
                text.AppendLine($"| `{setting.Key}` | {variables} | {flags} | {setting.Takes} | {otherwise} | {setting.Meaning} |");
            }

            text.AppendLine();
        }

        text.AppendLine("## Telemetry").AppendLine();
        text.AppendLine("The variables `OTEL_*` of OpenTelemetry, as [telemetry.md](telemetry.md) says.").AppendLine();
        text.AppendLine("## The command line").AppendLine();
        text.AppendLine("`tmesh` reads `TRACEEMESH_NATS_URL`, `TRACEEMESH_SUBJECT_PREFIX`, `TRACEEMESH_NATS_CA`, `TRACEEMESH_NATS_CERTIFICATE`, `TRACEEMESH_NATS_KEY`,");
        text.AppendLine("`TRACEEMESH_NATS_SERVER_NAME` as services do, and `TRACEEMESH_STATE_DIR`, the state directory of a local mesh; its flags win over them.");
        return text.ToString();
    }

    private static string Title(string programs) => programs == string.Join(", ", MeshPrograms.All) ? "Of every service" : $"Of {programs}";
}
