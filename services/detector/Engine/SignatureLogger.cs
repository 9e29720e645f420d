using System.Text;
using Microsoft.Extensions.Logging;
using TraceeMesh.Contracts;
using TraceeMesh.Signatures;

namespace TraceeMesh.Detector.Engine;

/// <summary>Writes a signature's lines into the detector's log.</summary>
internal sealed class SignatureLogger(ILogger log, string signatureId) : ISignatureLogger
{
    public void Log(SignatureLogLevel level, string message, params ReadOnlySpan<(string Name, DataValue Value)> fields)
    {
        var target = level switch
        {
            SignatureLogLevel.Debug => LogLevel.Debug,
            SignatureLogLevel.Info => LogLevel.Information,
            SignatureLogLevel.Warn => LogLevel.Warning,
            _ => LogLevel.Error,
        };
        if (log.IsEnabled(target))
        {
            log.Log(target, "signature {Id}: {Message}{Fields}", signatureId, message, Text(fields));
        }
    }

    private static string Text(ReadOnlySpan<(string Name, DataValue Value)> fields)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in fields)
        {
            text.Append(' ').Append(name).Append('=').Append(Text(value));
        }

        return text.ToString();
    }

    private static string Text(DataValue value) => value.Kind switch
    {
        DataKind.Text => value.Text,
        DataKind.Integer => value.Integer.ToString(),
        DataKind.Unsigned => value.Unsigned.ToString(),
        DataKind.Bool => value.Bool ? "true" : "false",
        DataKind.Float => value.Float.ToString(),
        _ => value.Kind.ToString(),
    };
}
