using System.Text.Json;
using Microsoft.Extensions.Logging;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Detector.Engine;

namespace TraceeMesh.Detector.Disabling;

/// <summary>
/// Keeps the signatures that held a detector up in the bucket of leases, which outlives processes and is shared by all detectors:
/// none of them tries such a signature again within <see cref="Validity"/>, unless it comes in another version or build.
/// </summary>
/// <param name="jetStream">The bus's streams.</param>
/// <param name="definition">The bucket.</param>
/// <param name="instance">This detector.</param>
/// <param name="time">The clock.</param>
/// <param name="log">The log.</param>
public sealed partial class DisabledBucket(JetStream jetStream, BucketDefinition definition, string instance, TimeProvider time, ILogger log) : IDisabledSignatures
{
    /// <summary>After this time the signature is tried again.</summary>
    public static readonly TimeSpan Validity = TimeSpan.FromHours(1);

    private const string Prefix = "disabled.";

    /// <summary>Disables what is remembered.</summary>
    /// <exception cref="BusException">The bus does not answer.</exception>
    public async Task ApplyAsync(SignatureCatalog catalog, CancellationToken cancellation)
    {
        var bucket = await jetStream.EnsureBucketAsync(definition, cancellation);
        foreach (var signature in catalog.Signatures)
        {
            var entry = await bucket.GetAsync(Key(signature.Metadata.Id), cancellation);
            if (entry is { IsDeleted: false } && Read(entry.Value) is { } record && record.Signature == signature.Metadata.Id && Holds(record, signature.Build))
            {
                signature.Become(SignatureState.Disabled, $"{record.Reason}, in detector {record.Instance}");
                LogDisabled(log, signature.Metadata.Id, signature.Reason, Validity);
            }
        }
    }

    /// <inheritdoc/>
    public async Task RememberAsync(string signature, string version, string reason, CancellationToken cancellation)
    {
        try
        {
            var bucket = await jetStream.EnsureBucketAsync(definition, cancellation);
            var record = new DisabledSignature(signature, version, reason, instance, Now);
            var write = await bucket.PutAsync(Key(signature), JsonSerializer.SerializeToUtf8Bytes(record, DisabledJson.Default.DisabledSignature), cancellation);
            if (!write.IsWritten)
            {
                LogNotRemembered(log, signature, write.Description ?? write.Status.ToString());
            }
        }
        catch (BusException e)
        {
            LogNotRemembered(log, signature, e.Message);
        }
    }

    private static string Key(string signature) => Prefix + Subjects.Safe(signature);

    private static DisabledSignature? Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json.Span, DisabledJson.Default.DisabledSignature);
        }
        catch (JsonException)
        {
            return null; // Not ours: the signature is tried.
        }
    }

    private bool Holds(DisabledSignature record, string version) =>
        record.Version == version && Now - record.Timestamp < Validity.Ticks * TimeSpan.NanosecondsPerTick;

    private long Now => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;

    [LoggerMessage(110, LogLevel.Error, "signature {Id} is disabled: {Reason}; it is tried again in another version or build, or {Validity} after that")]
    private static partial void LogDisabled(ILogger log, string id, string reason, TimeSpan validity);

    [LoggerMessage(111, LogLevel.Error, "that signature {Id} is disabled could not be stored: {Reason}; a detector that starts now tries it again")]
    private static partial void LogNotRemembered(ILogger log, string id, string reason);
}
