namespace TraceeMesh.DataSourceApi.Sources;

/// <summary>The types that keys and values of a declared source have.</summary>
public enum FieldType
{
    /// <summary><c>string</c>.</summary>
    Text,

    /// <summary><c>int</c>: 64 bits, signed.</summary>
    Integer,

    /// <summary><c>float</c>: a double, finite.</summary>
    Float,

    /// <summary><c>bool</c>.</summary>
    Bool,

    /// <summary><c>any</c>: whatever JSON can say. Not for keys.</summary>
    Any,
}

/// <summary>The names of <see cref="FieldType"/> in files and schemas.</summary>
public static class FieldTypes
{
    private static readonly string[] Names = ["string", "int", "float", "bool", "any"];

    /// <summary>All of them, for messages.</summary>
    public static string All { get; } = string.Join(", ", Names);

    /// <summary>The name in files.</summary>
    public static string Name(this FieldType type) => Names[(int)type];

    /// <summary>The type with this name.</summary>
    public static bool TryParse(string name, out FieldType type)
    {
        var index = Array.IndexOf(Names, name);
        type = (FieldType)Math.Max(0, index);
        return index >= 0;
    }
}
