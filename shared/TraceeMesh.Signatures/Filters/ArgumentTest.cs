using System.Text;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Signatures;

/// <summary>An <see cref="ArgumentFilter"/> resolved for one kind of event; for engines and test harnesses. Testing allocates nothing.</summary>
/// <example><code>var passes = ArgumentTest.Resolve(filter, e.Definition).Passes(e);</code></example>
public sealed class ArgumentTest
{
    // From so many texts on, one look into a table is faster than comparing with each.
    private const int TableFrom = 8;

    private readonly int _index;
    private readonly FilterOperator _operator;
    private readonly byte[][] _texts;
    private readonly long[] _numbers;
    private readonly Dictionary<ulong, byte[][]>? _table;

    private ArgumentTest(int index, ArgumentFilter filter)
    {
        _index = index;
        _operator = filter.Operator;
        _texts = [.. filter.Texts.Select(Encoding.UTF8.GetBytes)];
        _numbers = [.. filter.Numbers];
        if (_operator == FilterOperator.TextIsOneOf && _texts.Length >= TableFrom)
        {
            _table = _texts.GroupBy(t => Hash.Of(t)).ToDictionary(g => g.Key, g => g.ToArray());
        }
    }

    /// <summary>Resolves a filter.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="definition">The kind of event.</param>
    /// <exception cref="SignatureInitException">The event has no such argument, or it is of another type than the filter compares.</exception>
    /// <example><code>var test = ArgumentTest.Resolve(filter, EventCatalog.Find("ptrace")!);</code></example>
    public static ArgumentTest Resolve(ArgumentFilter filter, EventDefinition definition)
    {
        var index = definition.IndexOf(filter.Argument);
        if (index < 0)
        {
            throw new SignatureInitException($"A filter names the argument {filter.Argument}, which {definition.Name} has not; it has {string.Join(", ", definition.Arguments.Select(a => a.Name))}.");
        }

        var type = definition.Arguments[index].Type;
        var isText = filter.Operator is FilterOperator.TextIsOneOf or FilterOperator.TextStartsWith or FilterOperator.TextEndsWith;
        var fits = isText ? type == ArgumentType.Text : ArgumentTypes.IsNumber(type);
        return fits
            ? new ArgumentTest(index, filter)
            : throw new SignatureInitException($"A filter compares the argument {filter.Argument} of {definition.Name} as a {(isText ? "text" : "number")}, but it is a {ArgumentTypes.Name(type)}.");
    }

    /// <summary>Whether an event of that kind passes.</summary>
    /// <example><code>if (test.Passes(e)) await signature.OnEvent(e, cancellation);</code></example>
    public bool Passes(Event e)
    {
        ref readonly var value = ref e.Arguments[_index];
        return value.Present && (_numbers.Length > 0 ? Passes(value.Number) : Passes(value.Bytes.Span));
    }

    private bool Passes(long number) => _operator switch
    {
        FilterOperator.NumberIsOneOf => _numbers.AsSpan().Contains(number),
        FilterOperator.NumberAtLeast => number >= _numbers[0],
        FilterOperator.NumberAtMost => number <= _numbers[0],
        FilterOperator.HasAnyFlag => (number & _numbers[0]) != 0,
        FilterOperator.HasAllFlags => (number & _numbers[0]) == _numbers[0],
        FilterOperator.HasNoFlag => (number & _numbers[0]) == 0,
        _ => false,
    };

    private bool Passes(ReadOnlySpan<byte> text)
    {
        var texts = _table is null ? _texts : _table.GetValueOrDefault(Hash.Of(text), []);
        foreach (var candidate in texts)
        {
            var passes = _operator switch
            {
                FilterOperator.TextIsOneOf => text.SequenceEqual(candidate),
                FilterOperator.TextStartsWith => text.StartsWith(candidate),
                FilterOperator.TextEndsWith => text.EndsWith(candidate),
                _ => false,
            };
            if (passes)
            {
                return true;
            }
        }

        return false;
    }
}
