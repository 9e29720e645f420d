using System.Text.Json;
using TraceeMesh.Bus;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Mesh;

namespace TraceeMesh.Cli.Events;

/// <summary>Says to collectors and enrichers which events this command wants, for as long as it runs.</summary>
internal sealed class EventSelection(KeyValueBucket bucket, IReadOnlyList<string> events, TimeProvider time)
{
    private readonly string _key = $"{Permissions.CommandLine}.{Guid.NewGuid():N}";
    private readonly byte[] _value = JsonSerializer.SerializeToUtf8Bytes(new Selection { Events = events, Environment = true }, MeshJson.Default.Selection);

    /// <summary>In force within a second after it returns.</summary>
    public async Task Write(CancellationToken cancellation)
    {
        var write = await bucket.PutAsync(_key, _value, cancellation);
        if (!write.IsWritten)
        {
            throw new CommandException(ExitCode.Failure, $"the selection of events could not be written to {bucket.Name}: {write.Status} {write.Description}");
        }
    }

    /// <summary>Renews it until cancelled, then takes it back.</summary>
    public async Task KeepRenewed(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Selection.Renewal, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation))
            {
                // One that fails, the bus being away, is made good by the next.
                await bucket.PutAsync(_key, _value, cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            await bucket.DeleteAsync(_key, cancellation: CancellationToken.None);
        }
    }
}
