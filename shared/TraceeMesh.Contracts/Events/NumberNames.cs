using System.Globalization;

namespace TraceeMesh.Contracts.Events;

/// <summary>Names of numbers: one for each value, or one for each flag.</summary>
internal sealed class NumberNames
{
    private readonly (long Value, string Name)[] _names;
    private readonly bool _flags;
    private readonly string? _none;

    private NumberNames((long Value, string Name)[] names, bool flags, string? none)
    {
        _names = names;
        _flags = flags;
        _none = none;
    }

    /// <summary>A name for each value.</summary>
    public static NumberNames Values((long Value, string Name)[] names) => new(names, flags: false, none: null);

    /// <summary>A name for each flag; one that includes another comes before it. What has no name is told in hexadecimal.</summary>
    /// <param name="names">The flags.</param>
    /// <param name="none">What no flag at all is called; null: it has no name.</param>
    public static NumberNames Flags((long Value, string Name)[] names, string? none = null) => new(names, flags: true, none);

    /// <summary>The name, or null.</summary>
    public string? Of(long value)
    {
        if (!_flags)
        {
            return Array.Find(_names, n => n.Value == value).Name;
        }

        if (value == 0)
        {
            return _none;
        }

        List<string> found = [];
        foreach (var (flag, name) in _names)
        {
            if ((value & flag) == flag)
            {
                found.Add(name);
                value &= ~flag;
            }
        }

        if (found.Count == 0)
        {
            return null;
        }

        if (value != 0)
        {
            found.Add(string.Create(CultureInfo.InvariantCulture, $"0x{value:x}"));
        }

        return string.Join('|', found);
    }
}
