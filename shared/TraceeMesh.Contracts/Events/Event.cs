using TraceeMesh.Contracts.Findings;
using TraceeMesh.Contracts.Frames;

namespace TraceeMesh.Contracts.Events;

/// <summary>
/// One event of a frame. The object is reused for the next event, and its texts lie in the frame's buffer: what outlives
/// the judgement of the event is copied.
/// </summary>
public sealed class Event
{
    /// <summary>The source of the events that kernel, enricher and signatures make.</summary>
    public const string Tracee = "tracee";

    private ArgumentValue[] _arguments;
    private Utf8Text[] _texts;
    private int _textCount;

    /// <summary>An event to be filled, any number of times.</summary>
    /// <param name="source">Who produces it, as selectors name it.</param>
    public Event(string source = Tracee)
    {
        Source = source;
        _arguments = new ArgumentValue[24];
        _texts = new Utf8Text[64];
    }

    private Event(EventDefinition definition, ChainedFinding finding)
    {
        Source = Tracee;
        _arguments = [];
        _texts = [];
        Context = finding.Trigger.Context;
        Context.EventId = definition.Id;
        Definition = definition;
        Frame = finding.Trigger.Frame;
        Finding = finding;
    }

    /// <summary>Who produced it, as selectors name it.</summary>
    public string Source { get; }

    /// <summary>The finding that this event is; null for an event of any other kind.</summary>
    public ChainedFinding? Finding { get; }

    /// <summary>Who, where, when.</summary>
    public EventContext Context;

    /// <summary>What kind of event it is.</summary>
    public EventDefinition Definition { get; private set; } = EventCatalog.All[0];

    /// <summary>The frame it came in.</summary>
    public EventFrameHeader Frame { get; private set; } = EventFrameHeader.Empty;

    /// <summary>The values of its arguments, in the order of <see cref="EventDefinition.Arguments"/>.</summary>
    public ReadOnlySpan<ArgumentValue> Arguments => _arguments.AsSpan(0, Definition.Types.Length);

    /// <summary>Where the event came from, as selectors name it (tracee.md §1.4).</summary>
    public EventOrigin Origin => OriginOf(!Context.ContainerId.IsEmpty, Context.Flags);

    /// <summary>Where an event came from by what is known of its container.</summary>
    public static EventOrigin OriginOf(bool hasContainer, ContextFlags flags) =>
        !hasContainer ? EventOrigin.Host
        : (flags & ContextFlags.ContainerStarted) != 0 ? EventOrigin.Container
        : EventOrigin.ContainerInit;

    /// <summary>The event that a finding is: in the place and time of what triggered it (tracee.md §1.6), without arguments but with the finding's data.</summary>
    /// <param name="definition">Number and name of the signature's event.</param>
    /// <param name="finding">The finding.</param>
    public static Event Of(EventDefinition definition, ChainedFinding finding) => new(definition, finding);

    /// <summary>Starts a new event; for decoders.</summary>
    public void Reset(EventDefinition definition, EventFrameHeader frame)
    {
        Definition = definition;
        Frame = frame;
        Context = default;
        _textCount = 0;
        if (_arguments.Length < definition.Types.Length)
        {
            _arguments = new ArgumentValue[definition.Types.Length];
        }

        _arguments.AsSpan(0, definition.Types.Length).Clear();
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
