using TraceeMesh.Contracts.Frames;

namespace TraceeMesh.Contracts.Events;

/// <summary>
/// One event of a frame. The object is reused for the next event, and its texts lie in the frame's buffer: what outlives
/// the judgement of the event is copied.
/// </summary>
public sealed class Event
{
    private ArgumentValue[] _arguments = new ArgumentValue[24];
    private Utf8Text[] _texts = new Utf8Text[64];
    private int _textCount;

    /// <summary>Who, where, when.</summary>
    public EventContext Context;

    /// <summary>What kind of event it is.</summary>
    public EventDefinition Definition { get; private set; } = EventCatalog.All[0];

    /// <summary>The frame it came in.</summary>
    public EventFrameHeader Frame { get; private set; } = EventFrameHeader.Empty;

    /// <summary>The values of its arguments, in the order of <see cref="EventDefinition.Arguments"/>.</summary>
    public ReadOnlySpan<ArgumentValue> Arguments => _arguments.AsSpan(0, Definition.Arguments.Count);

    /// <summary>Where the event came from, as selectors name it (tracee.md §1.4).</summary>
    public EventOrigin Origin =>
        Context.ContainerId.IsEmpty ? EventOrigin.Host
        : (Context.Flags & ContextFlags.ContainerStarted) != 0 ? EventOrigin.Container
        : EventOrigin.ContainerInit;

    /// <summary>Starts a new event; for decoders.</summary>
    public void Reset(EventDefinition definition, EventFrameHeader frame)
    {
        Definition = definition;
        Frame = frame;
        Context = default;
        _textCount = 0;
        if (_arguments.Length < definition.Arguments.Count)
        {
            _arguments = new ArgumentValue[definition.Arguments.Count];
        }

        _arguments.AsSpan(0, definition.Arguments.Count).Clear();
    }

    /// <summary>Sets an argument to a number; for decoders.</summary>
    public void SetNumber(int index, long value) => _arguments[index] = new ArgumentValue { Number = value, Present = true };

    /// <summary>Sets an argument to a text or bytes; for decoders.</summary>
    public void SetBytes(int index, ReadOnlyMemory<byte> value) => _arguments[index] = new ArgumentValue { Bytes = value, Present = true };

    /// <summary>Sets an argument to a structure; for decoders.</summary>
    public void SetStructure(int index, DataValue value) => _arguments[index] = new ArgumentValue { Structure = value, Present = true };

    /// <summary>Starts a list of texts; for decoders, before <see cref="AddText"/>.</summary>
    public void StartList(int index) => _arguments[index] = new ArgumentValue { ListStart = _textCount, Present = true };

    /// <summary>Adds a text to the list started last; for decoders.</summary>
    public void AddText(int index, ReadOnlyMemory<byte> value)
    {
        if (_textCount == _texts.Length)
        {
            Array.Resize(ref _texts, _texts.Length * 2);
        }

        _texts[_textCount++] = new Utf8Text(value);
        _arguments[index].Number++;
    }

    /// <summary>The text of an argument; empty where it is absent.</summary>
    public Utf8Text GetText(int index) => index < 0 ? default : new Utf8Text(_arguments[index].Bytes);

    /// <summary>The structure of an argument; <see cref="DataValue.Nil"/> where it is absent. It outlives the event.</summary>
    public DataValue GetStructure(int index) => index < 0 ? DataValue.Nil : _arguments[index].Structure ?? DataValue.Nil;

    /// <summary>The number of an argument; 0 where it is absent.</summary>
    public long GetNumber(int index) => index < 0 ? 0 : _arguments[index].Number;

    /// <summary>The texts of a list argument; none where it is absent.</summary>
    public ReadOnlySpan<Utf8Text> GetTexts(int index) =>
        index < 0 ? [] : _texts.AsSpan(_arguments[index].ListStart, (int)_arguments[index].Number);
}

/// <summary>Where an event came from.</summary>
public enum EventOrigin
{
    /// <summary>Not from a container.</summary>
    Host,

    /// <summary>From a container whose entry point has not started.</summary>
    ContainerInit,

    /// <summary>From a running container.</summary>
    Container,
}
