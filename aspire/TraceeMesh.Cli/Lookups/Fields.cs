using System.Globalization;
using System.Text;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Lookups;

/// <summary>Fields of an answer, for a person: what a process or a container calls itself is its own choice, so controls never reach the terminal.</summary>
internal static class Fields
{
    /// <summary>A field of a map; nothing where there is none.</summary>
    public static DataValue Of(DataValue map, string name)
    {
        if (map.Kind == DataKind.Map)
        {
            foreach (var (key, value) in map.Map)
            {
                if (key == name)
                {
                    return value;
                }
            }
        }

        return DataValue.Nil;
    }

    /// <summary>A value as text, on one line and at most so long.</summary>
    public static string Text(DataValue value, int most = 256) => value.Kind switch
    {
        DataKind.Text => Visible(value.Text, most),
        DataKind.List => Visible(string.Join(' ', value.List.Select(v => Text(v, most))), most),
        DataKind.Nil => "",
        DataKind.Integer => value.Integer.ToString(CultureInfo.InvariantCulture),
        DataKind.Unsigned => value.Unsigned.ToString(CultureInfo.InvariantCulture),
        DataKind.Bool => value.Bool ? "yes" : "no",
        DataKind.Float => value.Float.ToString(CultureInfo.InvariantCulture),
        _ => "",
    };

    private static string Visible(string text, int most)
    {
        var visible = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (visible.Length >= most)
            {
                return visible.Append('…').ToString();
            }

            visible.Append(Rune.IsControl(rune) || Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format ? new Rune('·') : rune);
        }

        return visible.ToString();
    }
}
