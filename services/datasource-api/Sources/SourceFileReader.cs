using System.Globalization;
using TraceeMesh.Contracts;
using TraceeMesh.ServiceDefaults;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace TraceeMesh.DataSourceApi.Sources;

/// <summary>
/// Reads the file that declares a source. What it does not understand it refuses, with file and line: a misspelt limit is not a limit.
/// </summary>
public static class SourceFileReader
{
    private const int MaxFileBytes = 64 * 1024;

    private static readonly string[] KnownFields = ["namespace", "id", "version", "description", "key", "keys", "value", "field", "schema", "capacity", "eviction", "ttl"];

    /// <summary>Reads a file.</summary>
    /// <exception cref="ServiceExitException">It cannot be read, or not understood.</exception>
    public static SourceDefinition Read(string path)
    {
        try
        {
            if (new FileInfo(path).Length > MaxFileBytes)
            {
                throw Refusal(path, 1, $"the file is larger than {MaxFileBytes} bytes");
            }

            using var text = File.OpenText(path);
            return Parse(path, text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ServiceExitException(ExitCode.Usage, $"{path}: {e.Message}");
        }
    }

    /// <summary>Reads a text.</summary>
    /// <param name="path">Where it comes from, for messages.</param>
    /// <param name="text">The text.</param>
    /// <exception cref="ServiceExitException">It cannot be understood.</exception>
    public static SourceDefinition Parse(string path, TextReader text)
    {
        var yaml = new YamlStream();
        try
        {
            yaml.Load(text);
        }
        catch (YamlException e)
        {
            throw Refusal(path, e.Start.Line, e.InnerException?.Message ?? e.Message);
        }

        if (yaml.Documents.Count != 1 || yaml.Documents[0].RootNode is not YamlMappingNode root)
        {
            throw Refusal(path, 1, "one YAML mapping is wanted, with namespace, id and the types of key and value");
        }

        var fields = new Dictionary<string, YamlNode>();
        foreach (var (key, value) in root.Children)
        {
            var name = (key as YamlScalarNode)?.Value ?? "";
            if (!KnownFields.Contains(name))
            {
                throw Refusal(path, key.Start.Line, $"unknown field '{name}'; there are {string.Join(", ", KnownFields)}");
            }

            fields[name] = value;
        }

        return Define(path, root, fields);
    }

    private static SourceDefinition Define(string path, YamlMappingNode root, Dictionary<string, YamlNode> fields)
    {
        var key = Type(path, fields, "key", FieldType.Text);
        if (key is FieldType.Any or FieldType.Float)
        {
            throw Refusal(path, fields["key"].Start.Line, "a key is string, int or bool");
        }

        var isScalar = !fields.ContainsKey("schema");
        if (!isScalar && (fields.TryGetValue("value", out var extra) || fields.TryGetValue("field", out extra)))
        {
            throw Refusal(path, extra.Start.Line, "a source with a schema has no 'value' and no 'field': its values are maps with the schema's fields");
        }

        return new SourceDefinition
        {
            Namespace = Name(path, root, fields, "namespace"),
            Id = Name(path, root, fields, "id"),
            Version = Number(path, fields, "version", 1, 1, int.MaxValue),
            Description = Text(path, fields, "description", ""),
            Key = key,
            Keys = fields.TryGetValue("keys", out var keys) ? KeyList(path, keys, key) : [],
            IsScalar = isScalar,
            Fields = isScalar ? [new SourceField(Text(path, fields, "field", "value"), Type(path, fields, "value", FieldType.Text))] : SchemaFields(path, fields["schema"]),
            Capacity = Number(path, fields, "capacity", SourceDefinition.DefaultCapacity, 1, SourceDefinition.MaxCapacity),
            Eviction = Text(path, fields, "eviction", "refuse") switch
            {
                "refuse" => Eviction.Refuse,
                "least_recently_used" => Eviction.LeastRecentlyUsed,
                var other => throw Refusal(path, fields["eviction"].Start.Line, $"eviction '{other}'; there are refuse, least_recently_used"),
            },
            TimeToLive = TimeSpan.FromSeconds(Number(path, fields, "ttl", 0, 0, int.MaxValue)),
            Origin = $"{path}:{root.Start.Line}",
        };
    }

    private static string Name(string path, YamlMappingNode root, Dictionary<string, YamlNode> fields, string field)
    {
        var name = Text(path, fields, field, "");
        return SourceDefinition.IsName(name)
            ? name
            : throw Refusal(path, fields.GetValueOrDefault(field, root).Start.Line, $"'{field}' is a text of 1 to {Limits.NameBytes} characters");
    }

    private static FieldType Type(string path, Dictionary<string, YamlNode> fields, string field, FieldType absent)
    {
        var name = Text(path, fields, field, absent.Name());
        return FieldTypes.TryParse(name, out var type) ? type : throw Refusal(path, fields[field].Start.Line, $"'{field}' is of type '{name}'; there are {FieldTypes.All}");
    }

    private static int Number(string path, Dictionary<string, YamlNode> fields, string field, int absent, int min, int max)
    {
        if (!fields.TryGetValue(field, out var node))
        {
            return absent;
        }

        return int.TryParse((node as YamlScalarNode)?.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : throw Refusal(path, node.Start.Line, $"'{field}' is a number of {min} to {max}");
    }

    private static string Text(string path, Dictionary<string, YamlNode> fields, string field, string absent) =>
        !fields.TryGetValue(field, out var node) ? absent
        : node is YamlScalarNode { Value: { } text } ? text
        : throw Refusal(path, node.Start.Line, $"'{field}' is one value");

    private static List<SourceField> SchemaFields(string path, YamlNode node)
    {
        if (node is not YamlMappingNode { Children.Count: > 0 } mapping)
        {
            throw Refusal(path, node.Start.Line, "'schema' is a mapping of field names to types");
        }

        var fields = new List<SourceField>();
        foreach (var (name, type) in mapping.Children)
        {
            fields.Add(name is YamlScalarNode { Value: { Length: > 0 } text } && type is YamlScalarNode { Value: { } typeName } && FieldTypes.TryParse(typeName, out var parsed)
                ? new SourceField(text, parsed)
                : throw Refusal(path, name.Start.Line, $"'{name}: {type}' is no field of a schema; types are {FieldTypes.All}"));
        }

        return fields;
    }

    private static List<DataValue> KeyList(string path, YamlNode node, FieldType type)
    {
        if (node is not YamlSequenceNode { Children.Count: > 0 } sequence)
        {
            throw Refusal(path, node.Start.Line, "'keys' is a list of the only keys the source takes");
        }

        var keys = new List<DataValue>();
        foreach (var child in sequence.Children)
        {
            var text = (child as YamlScalarNode)?.Value;
            keys.Add(type switch
            {
                FieldType.Text when text is not null => DataValue.Of(text),
                FieldType.Integer when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => DataValue.Of(number),
                FieldType.Bool when bool.TryParse(text, out var flag) => DataValue.Of(flag),
                _ => throw Refusal(path, child.Start.Line, $"'{text}' is no key of type {type.Name()}"),
            });
        }

        return keys;
    }

    private static ServiceExitException Refusal(string path, long line, string reason) => new(ExitCode.Usage, $"{path}:{line}: {reason}");
}
