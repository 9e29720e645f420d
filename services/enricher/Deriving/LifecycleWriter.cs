using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Enricher.Containers;
using TraceeMesh.Enricher.Containers.Kubernetes;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Enricher.Deriving;

/// <summary>Writes derived events as JSON. It reads what the event frame would carry, so both forms say the
/// same; what is too much for every event, labels and owner, is said here only.</summary>
public sealed class LifecycleWriter : IDisposable
{
    private readonly MessagePackWriter _frame = new();
    private readonly ArrayBufferWriter<byte> _json = new(1024);
    private readonly Event _event = new();

    // Read by people and log tools, never embedded in HTML.
    private readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes one event.</summary>
    /// <param name="header">Header of the frame that holds this one event.</param>
    /// <param name="encoded">The event.</param>
    /// <param name="container">Its container.</param>
    /// <param name="pods">The pods of the node, which may be its.</param>
    public LifecycleMessage Write(EventFrameHeader header, ReadOnlySpan<byte> encoded, Container container, PodTable pods)
    {
        _frame.Reset();
        EventFrameCodec.Write(_frame, header, encoded);
        if (EventFrameCodec.TryRead(_frame.WrittenMemory, out _, out var cursor) != FrameStatus.Ok || cursor.TryRead(_event) != FrameStatus.Ok)
        {
            throw new InvalidOperationException("a derived event was written that cannot be read");
        }

        _json.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_json, _options))
        {
            EventJson.Write(json, _event, MetadataOf(container, pods));
        }

        var buffer = ArrayPool<byte>.Shared.Rent(_json.WrittenCount);
        _json.WrittenSpan.CopyTo(buffer);
        ref var context = ref _event.Context;
        var id = string.Create(CultureInfo.InvariantCulture, $"{header.LoadId:x8}.{context.Cpu}.{context.Sequence}.{context.EventId}.{container.Key:x16}");
        return new LifecycleMessage(_event.Definition.Name, id, buffer, _json.WrittenCount);
    }

    // The runtime names the pod by its uid before the container runs; the API server knows the pod by then.
    private static ContainerMetadata MetadataOf(Container container, PodTable pods)
    {
        var metadata = new ContainerMetadata { Labels = container.Facts.Labels };
        return pods.TryGet(container.Facts.PodUid.ToString(), out var pod)
            ? metadata with { PodLabels = pod.Labels, OwnerKind = pod.OwnerKind, OwnerName = pod.OwnerName }
            : metadata;
    }

    /// <inheritdoc/>
    public void Dispose() => _frame.Dispose();
}
