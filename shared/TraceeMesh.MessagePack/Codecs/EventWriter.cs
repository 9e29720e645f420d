using TraceeMesh.Contracts.Events;

namespace TraceeMesh.MessagePack;

/// <summary>
/// Collects the encoded events of one frame. Each event is an array of <see cref="Fields"/> values, the last of which is
/// the array of its arguments in the catalog's order; docs/wire.md lists them.
/// </summary>
public sealed class EventWriter : IDisposable
{
    /// <summary>Values of one event.</summary>
    public const int Fields = 35;

    private readonly MessagePackWriter _writer = new();

    /// <summary>Events so far.</summary>
    public int Count { get; private set; }

    /// <summary>Where the parts of the event begun last are.</summary>
    public EventPlaces Last { get; private set; }

    /// <summary>Their encoding.</summary>
    public ReadOnlySpan<byte> WrittenSpan => _writer.WrittenSpan;

    /// <summary>Starts over.</summary>
    public void Reset()
    {
        _writer.Reset();
        Count = 0;
    }

    /// <summary>Forgets the events behind a <see cref="Mark"/>.</summary>
    public void Rewind(EventMark mark)
    {
        _writer.Truncate(mark.Length);
        Count = mark.Count;
    }

    /// <summary>The place behind the last whole event, to <see cref="Rewind"/> to when the next one turns out to be unreadable.</summary>
    public EventMark Mark() => new(_writer.Length, Count);

    /// <summary>Writes everything of an event but its arguments; exactly one argument call per argument of the definition follows.</summary>
    /// <param name="context">Who, where, when.</param>
    /// <param name="definition">What.</param>
    /// <param name="frameHostName">Host name of the frame, which need not be repeated.</param>
    public void BeginEvent(in EventContext context, EventDefinition definition, ReadOnlySpan<byte> frameHostName)
    {
        Count++;
        var start = _writer.Length;
        _writer.WriteArrayHeader(Fields);
        _writer.WriteInt(context.EventId);
        _writer.WriteInt(context.Cpu);
        _writer.WriteUInt(context.Sequence);
        _writer.WriteInt(context.Position);
        _writer.WriteInt(context.Timestamp);
        _writer.WriteInt(context.ThreadStartTime);
        _writer.WriteInt(context.ProcessId);
        _writer.WriteInt(context.ThreadId);
        _writer.WriteInt(context.ParentProcessId);
        _writer.WriteInt(context.HostProcessId);
        _writer.WriteInt(context.HostThreadId);
        _writer.WriteInt(context.HostParentProcessId);
        _writer.WriteInt(context.UserId);
        _writer.WriteInt(context.GroupId);
        _writer.WriteUInt(context.MountNamespace);
        _writer.WriteUInt(context.PidNamespace);
        _writer.WriteUInt(context.CgroupId);
        _writer.WriteInt(context.ReturnValue);
        _writer.WriteInt(context.Syscall);
        var flagsAt = _writer.Length;
        _writer.WriteInt((int)context.Flags);
        _writer.WriteUInt(context.ThreadEntityId);
        _writer.WriteUInt(context.ProcessEntityId);
        _writer.WriteUInt(context.ParentEntityId);
        _writer.WriteText(context.ProcessName.Bytes);
        _writer.WriteText(context.Executable.Bytes);
        if (context.HostName.Is(frameHostName))
        {
            _writer.WriteNil();
        }
        else
        {
            _writer.WriteText(context.HostName.Bytes);
        }

        _writer.WriteText(context.ContainerId.Bytes);
        var enrichmentFrom = _writer.Length;
        WriteEnrichment(context);
        Last = new EventPlaces(start, flagsAt, enrichmentFrom, _writer.Length);
        _writer.WriteArrayHeader(definition.Arguments.Count);
    }

    /// <summary>
    /// Copies an event that another writer holds, with what has become known of its container meanwhile. Where it was written
    /// without arguments, exactly one argument call per argument of its definition follows.
    /// </summary>
    /// <param name="source">The writer that holds it.</param>
    /// <param name="places">Its <see cref="Last"/> when it was written.</param>
    /// <param name="end">Where the event ends in <paramref name="source"/>.</param>
    /// <param name="enriched">Gives name, image, digest, pod, enrichment, and the flag of a sandbox.</param>
    public void CopyEvent(EventWriter source, EventPlaces places, int end, in EventContext enriched)
    {
        Count++;
        var bytes = source.WrittenSpan;
        _writer.WriteRaw(bytes[places.Start..places.Flags]);

        // All flags together are below 128: one byte.
        _writer.WriteInt(bytes[places.Flags] | (int)(enriched.Flags & ContextFlags.PodSandbox));
        _writer.WriteRaw(bytes[(places.Flags + 1)..places.EnrichmentFrom]);
        WriteEnrichment(enriched);
        _writer.WriteRaw(bytes[places.EnrichmentTo..end]);
    }

    /// <summary>An argument of type text.</summary>
    public void Text(ReadOnlySpan<byte> utf8) => _writer.WriteText(utf8);

    /// <summary>An argument of any type of integer, or time.</summary>
    public void Number(long value) => _writer.WriteInt(value);

    /// <summary>An argument of an unsigned type of 64 bits, or an address.</summary>
    public void Unsigned(ulong value) => _writer.WriteUInt(value);

    /// <summary>An argument of type floating-point number.</summary>
    public void Float(double value) => _writer.WriteFloat(value);

    /// <summary>An argument of type list of two integers.</summary>
    public void IntPair(int first, int second)
    {
        _writer.WriteArrayHeader(2);
        _writer.WriteInt(first);
        _writer.WriteInt(second);
    }

    /// <summary>An argument of type bool.</summary>
    public void Bool(bool value) => _writer.WriteBool(value);

    /// <summary>An argument of type bytes.</summary>
    public void Bytes(ReadOnlySpan<byte> value) => _writer.WriteBytes(value);

    /// <summary>An argument of type list of texts: texts that are each ended by a NUL, as the kernel holds argv; one cut short counts as well.</summary>
    public void TextList(ReadOnlySpan<byte> nulEnded)
    {
        var count = nulEnded.Count((byte)0);
        if (!nulEnded.IsEmpty && nulEnded[^1] != 0)
        {
            count++;
        }

        _writer.WriteArrayHeader(count);
        while (!nulEnded.IsEmpty)
        {
            var end = nulEnded.IndexOf((byte)0);
            _writer.WriteText(end < 0 ? nulEnded : nulEnded[..end]);
            nulEnded = end < 0 ? [] : nulEnded[(end + 1)..];
        }
    }

    /// <summary>An argument of type list of texts: exactly <paramref name="count"/> calls of <see cref="Text"/> follow.</summary>
    public void BeginTextList(int count) => _writer.WriteArrayHeader(count);

    /// <summary>An argument that is a structure: one map, encoded.</summary>
    public void Structure(ReadOnlySpan<byte> encoded) => _writer.WriteRaw(encoded);

    /// <summary>An argument that says where a packet went: 1 is to this host, 2 from it.</summary>
    public void PacketMetadata(int direction)
    {
        _writer.WriteMapHeader(1);
        _writer.WriteText("direction"u8);
        _writer.WriteInt(direction);
    }

    /// <summary>An argument without a value.</summary>
    public void Absent() => _writer.WriteNil();

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();

    private void WriteEnrichment(in EventContext context)
    {
        _writer.WriteText(context.ContainerName.Bytes);
        _writer.WriteText(context.ContainerImage.Bytes);
        _writer.WriteText(context.ContainerImageDigest.Bytes);
        _writer.WriteText(context.PodName.Bytes);
        _writer.WriteText(context.PodNamespace.Bytes);
        _writer.WriteText(context.PodUid.Bytes);
        _writer.WriteText(context.Enrichment.Bytes);
    }
}

/// <summary>A place between two events of an <see cref="EventWriter"/>.</summary>
/// <param name="Length">Bytes before it.</param>
/// <param name="Count">Events before it.</param>
public readonly record struct EventMark(int Length, int Count);
