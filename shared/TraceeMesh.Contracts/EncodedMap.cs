using System.Collections.Immutable;

namespace TraceeMesh.Contracts;

/// <summary>A map in the form in which it travels: passed on as it is, and read when somebody asks for a value.</summary>
public abstract class EncodedMap
{
    private ImmutableArray<KeyValuePair<string, DataValue>> _entries;
    private bool _asked;

    /// <summary>Its names and values, in order.</summary>
    public ImmutableArray<KeyValuePair<string, DataValue>> Entries
    {
        get
        {
            // Two threads at once read the same twice.
            if (_entries.IsDefault)
            {
                ImmutableInterlocked.InterlockedInitialize(ref _entries, Read());
            }

            return _entries;
        }
    }

    /// <summary>The value called <paramref name="name"/>, or <see cref="DataValue.Nil"/>.</summary>
    public DataValue Find(string name)
    {
        // Most answers are asked for one value, once; the others, which caches give out again and again, are read whole.
        if (_entries.IsDefault && !_asked)
        {
            _asked = true;
            return Read(name);
        }

        foreach (var (key, value) in Entries)
        {
            if (key == name)
            {
                return value;
            }
        }

        return DataValue.Nil;
    }

    /// <summary>Reads all of it.</summary>
    protected abstract ImmutableArray<KeyValuePair<string, DataValue>> Read();

    /// <summary>Reads the first value called <paramref name="name"/>; <see cref="DataValue.Nil"/> where there is none.</summary>
    protected abstract DataValue Read(string name);
}
