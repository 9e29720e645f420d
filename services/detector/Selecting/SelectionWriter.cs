using System.Text.Json;
using Microsoft.Extensions.Logging;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Mesh;

namespace TraceeMesh.Detector.Selecting;

/// <summary>Tells collectors and enrichers which events the loaded signatures want, and again before they forget it.</summary>
/// <param name="jetStream">The bus's streams.</param>
/// <param name="definition">The bucket of selections.</param>
/// <param name="instance">This detector.</param>
/// <param name="wanted">What is wanted now.</param>
/// <param name="time">The clock.</param>
/// <param name="log">The log.</param>
public sealed partial class SelectionWriter(JetStream jetStream, BucketDefinition definition, string instance, Func<Selection> wanted, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(500);

    private readonly string _key = $"detector.{Subjects.Safe(instance)}";
    private KeyValueBucket? _bucket;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Something else is wanted: it is told at once.</summary>
    public void Change() => Volatile.Read(ref _changed).TrySetResult();

    /// <summary>Writes until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _changed, changed);
            var written = await WriteAsync(cancellation);
            if (written)
            {
                await changed.Task.WaitAsync(Selection.Renewal, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellation.ThrowIfCancellationRequested();
            }
            else
            {
                await Task.Delay(Retry, time, cancellation);
            }
        }
    }

    private async Task<bool> WriteAsync(CancellationToken cancellation)
    {
        try
        {
            _bucket ??= await jetStream.EnsureBucketAsync(definition, cancellation);
            var write = await _bucket.PutAsync(_key, JsonSerializer.SerializeToUtf8Bytes(wanted(), MeshJson.Default.Selection), cancellation);
            if (write.IsWritten)
            {
                return true;
            }

            // The bucket is in memory: a bus that restarted has forgotten it.
            _bucket = null;
            LogNotWritten(log, write.Description ?? write.Status.ToString());
        }
        catch (BusException e)
        {
            LogNotWritten(log, e.Message);
        }

        return false;
    }

    [LoggerMessage(90, LogLevel.Warning, "which events are wanted could not be told yet: {Reason}")]
    private static partial void LogNotWritten(ILogger log, string reason);
}
