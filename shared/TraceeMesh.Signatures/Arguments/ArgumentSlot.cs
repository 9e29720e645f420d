using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Signatures;

/// <summary>Which argument of which event a handle reads.</summary>
internal readonly struct ArgumentSlot
{
    private readonly EventDefinition _definition;
    private readonly int _index;

    public ArgumentSlot(string eventName, string argument, params ReadOnlySpan<ArgumentType> types)
    {
        _definition = EventCatalog.Find(eventName) ?? throw new SignatureInitException($"There is no event {eventName}.");
        _index = _definition.IndexOf(argument);
        if (_index < 0)
        {
            throw new SignatureInitException($"The event {eventName} has no argument {argument}; it has {string.Join(", ", _definition.Arguments.Select(a => a.Name))}.");
        }

        var type = _definition.Arguments[_index].Type;
        if (!types.Contains(type))
        {
            throw new SignatureInitException($"The argument {argument} of {eventName} is a {ArgumentTypes.Name(type)}, which this handle does not read.");
        }
    }

    /// <summary>Position of the argument in the event, or -1 where the event is another one.</summary>
    public int IndexIn(Event e) => ReferenceEquals(e.Definition, _definition) ? _index : -1;
}
