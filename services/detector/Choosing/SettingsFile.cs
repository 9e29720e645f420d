using Microsoft.Extensions.Logging;
using TraceeMesh.Plugins;

namespace TraceeMesh.Detector.Choosing;

/// <summary><c>signatures.yaml</c> as it was read last. A file that cannot be used changes nothing.</summary>
/// <param name="path">Where it is.</param>
/// <param name="log">The log.</param>
public sealed partial class SettingsFile(string path, ILogger log)
{
    /// <summary>Its name in the directory of signatures.</summary>
    public const string Name = "signatures.yaml";

    /// <summary>Bytes it may have.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>What was decided, by the ids of signatures.</summary>
    public IReadOnlyDictionary<string, SignatureSettings> Decided { get; private set; } = new Dictionary<string, SignatureSettings>();

    /// <summary>The content that was read last.</summary>
    public string Read { get; private set; } = "";

    /// <summary>Why that could not be used; null when it could.</summary>
    public string? Failure { get; private set; }

    /// <summary>What tells one content of it from another; empty when there is none.</summary>
    public string Stamp()
    {
        var file = new FileInfo(path);
        return file.Exists ? AssemblyFile.Stamp(file) : "";
    }

    /// <summary>Reads it.</summary>
    /// <param name="stamp">The content.</param>
    public void Load(string stamp)
    {
        Read = stamp;
        try
        {
            Decided = stamp.Length == 0 ? new Dictionary<string, SignatureSettings>() : SettingsReader.Read(Text());
            Failure = null;
            LogRead(log, path, Decided.Count);
        }
        catch (Exception e) when (e is SettingsException or IOException or UnauthorizedAccessException)
        {
            Failure = e.Message;
            LogNotUsed(log, path, e.Message);
        }
    }

    private string Text()
    {
        var length = new FileInfo(path).Length;
        return length <= MaxBytes ? File.ReadAllText(path) : throw new SettingsException($"it has {length} bytes; {MaxBytes} are allowed");
    }

    [LoggerMessage(130, LogLevel.Information, "{Path}: {Count} signatures are decided about")]
    private static partial void LogRead(ILogger log, string path, int count);

    [LoggerMessage(131, LogLevel.Error, "{Path} is not used, and what was decided before holds: {Reason}")]
    private static partial void LogNotUsed(ILogger log, string path, string reason);
}
