using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Contracts.Lookups;

/// <summary>
/// What a lookup asks for: a text, or any other value. The questions that signatures ask most (a text of the event, a process, a
/// thread, a lineage) are made, compared and hashed without an object of their own.
/// </summary>
/// <remarks>A key made of a text of an event is valid as long as the event is being judged; <see cref="Own"/> makes one that lasts.</remarks>
/// <example><code>var container = await containers.Get(e, e.Context.ContainerId, cancellation);</code></example>
public readonly struct LookupKey : IEquatable<LookupKey>
{
    private readonly DataValue? _value;
    private readonly Utf8Text _text;
    private readonly ulong _entity;
    private readonly int _depth;
    private readonly Shape _shape;

    private LookupKey(Shape shape, DataValue? value = null, Utf8Text text = default, ulong entity = 0, int depth = 0) =>
        (_shape, _value, _text, _entity, _depth) = (shape, value, text, entity, depth);

    private enum Shape
    {
        Text,
        Process,
        Thread,
        Lineage,
        Value,
    }

    /// <summary>The key as it travels.</summary>
    public DataValue Value => _value ?? _shape switch
    {
        Shape.Text => _text,
        Shape.Process => DataValue.MapOf(("entityId", _entity)),
        Shape.Thread => DataValue.MapOf(("threadEntityId", _entity)),
        Shape.Lineage => DataValue.MapOf(("entityId", _entity), ("maxDepth", _depth)),
        _ => DataValue.Nil,
    };

    /// <summary>Whether it is a text.</summary>
    public bool IsText => _shape == Shape.Text;

    /// <summary>The text; empty of anything else.</summary>
    public Utf8Text Text => _text;

    /// <summary>
    /// The thing it asks about: of a map its first pair, else the key itself. An answer holds until a change of this is told.
    /// </summary>
    public LookupKey Subject => _shape switch
    {
        Shape.Lineage => new LookupKey(Shape.Process, entity: _entity),
        Shape.Value when _value is { Kind: DataKind.Map, Map.Length: > 1 } map => Of(DataValue.MapOf((map.Map[0].Key, map.Map[0].Value))),
        _ => this,
    };

    /// <summary>Any value. Maps with a process's or thread's entity id are the keys that <see cref="Process"/>, <see cref="Thread"/> and <see cref="Lineage"/> make.</summary>
    public static LookupKey Of(DataValue value)
    {
        if (value.Kind == DataKind.Text)
        {
            return Utf8Text.From(value.Text);
        }

        var map = value.Map;
        if (map.Length == 1 && map[0].Value.Kind == DataKind.Integer)
        {
            switch (map[0].Key)
            {
                case "entityId":
                    return new LookupKey(Shape.Process, value, entity: (ulong)map[0].Value.Integer);
                case "threadEntityId":
                    return new LookupKey(Shape.Thread, value, entity: (ulong)map[0].Value.Integer);
            }
        }

        return new LookupKey(Shape.Value, value);
    }

    /// <summary>The process with this entity id, in <c>tracee/process_tree</c>.</summary>
    public static LookupKey Process(ulong entityId) => new(Shape.Process, entity: entityId);

    /// <summary>The thread with this entity id, in <c>tracee/process_tree</c>.</summary>
    public static LookupKey Thread(ulong entityId) => new(Shape.Thread, entity: entityId);

    /// <summary>The process with this entity id and at most so many of its ancestors, in <c>tracee/process_tree</c>.</summary>
    public static LookupKey Lineage(ulong entityId, int maxDepth) => new(Shape.Lineage, entity: entityId, depth: maxDepth);

    /// <summary>A text of an event.</summary>
    public static implicit operator LookupKey(Utf8Text text) => new(Shape.Text, text: text);

    /// <summary>A text.</summary>
    public static implicit operator LookupKey(string text) => Utf8Text.From(text);

    /// <summary>Any value.</summary>
    public static implicit operator LookupKey(DataValue value) => Of(value);

    /// <summary>Any integer.</summary>
    public static implicit operator LookupKey(long value) => Of(value);

    /// <summary>Equality.</summary>
    public static bool operator ==(LookupKey left, LookupKey right) => left.Equals(right);

    /// <summary>Inequality.</summary>
    public static bool operator !=(LookupKey left, LookupKey right) => !left.Equals(right);

    /// <summary>The same key, independent of any event.</summary>
    public LookupKey Own() => _shape == Shape.Text ? new Utf8Text(_text.Bytes.ToArray()) : this;

    /// <inheritdoc/>
    public bool Equals(LookupKey other) =>
        _shape == other._shape && _entity == other._entity && _depth == other._depth && _text == other._text
        && (_shape != Shape.Value || Equals(_value, other._value));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is LookupKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _shape switch
    {
        Shape.Text => (int)Hash.Of(_text.Bytes),
        Shape.Value => _value!.GetHashCode(),
        _ => (int)Hash.Mix(_entity + (ulong)_depth + ((ulong)_shape << 56)),
    };

    /// <inheritdoc/>
    public override string ToString() => _shape == Shape.Text ? _text.ToString() : $"{_shape} {_entity}";
}
