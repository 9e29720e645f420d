using System.Collections.Frozen;
using System.Globalization;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Findings;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace TraceeMesh.Detector.Choosing;

/// <summary>
/// Reads <c>signatures.yaml</c>: under <c>signatures</c>, for each id, <c>enabled</c>, <c>severity</c>, <c>parameters</c>, and
/// <c>exceptions</c>, a list of maps with <c>image</c>, <c>namespace</c>, <c>executable</c>, <c>user</c>.
/// </summary>
internal static class SettingsReader
{
    private const int MaxDepth = Limits.Depth;
    private const int MaxExceptions = 256;

    /// <exception cref="SettingsException">It is not of that form; nothing of it is used.</exception>
    public static Dictionary<string, SignatureSettings> Read(string text)
    {
        try
        {
            RefuseWhatGrows(text);
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return stream.Documents.Count switch
            {
                0 => [],
                1 => ReadFile(stream.Documents[0].RootNode),
                _ => throw new SettingsException("it holds more than one document"),
            };
        }
        catch (YamlException e)
        {
            throw new SettingsException($"line {e.Start.Line}: {e.Message}");
        }
    }

    // Depth costs stack, and an alias of an alias of an alias costs time without end.
    private static void RefuseWhatGrows(string text)
    {
        var parser = new Parser(new StringReader(text));
        var depth = 0;
        while (parser.MoveNext())
        {
            depth += parser.Current!.NestingIncrease;
            if (depth > MaxDepth)
            {
                throw new SettingsException($"line {parser.Current.Start.Line}: it is nested deeper than {MaxDepth}");
            }

            if (parser.Current is AnchorAlias)
            {
                throw new SettingsException($"line {parser.Current.Start.Line}: aliases are not read, write the value itself");
            }
        }
    }

    private static Dictionary<string, SignatureSettings> ReadFile(YamlNode root)
    {
        var settings = new Dictionary<string, SignatureSettings>();
        if (root is YamlScalarNode { Value: null or "" })
        {
            return settings;
        }

        foreach (var (name, value) in Map(root, "the file"))
        {
            if (name != "signatures")
            {
                throw Wrong(value, $"there is no {name}; there is signatures");
            }

            foreach (var (id, node) in Map(value, name))
            {
                settings[id] = ReadSettings(node, id);
            }
        }

        return settings;
    }

    private static SignatureSettings ReadSettings(YamlNode node, string id)
    {
        var settings = new SignatureSettings(node.ToString());
        foreach (var (name, value) in Map(node, id))
        {
            settings = name switch
            {
                "enabled" => settings with { Enabled = Bool(value) },
                "severity" => settings with { Severity = Severity(value) },
                "parameters" => settings with { Parameters = Map(value, name).ToFrozenDictionary(p => p.Name, p => Value(p.Node)) },
                "exceptions" => settings with { Exceptions = Exceptions(value) },
                _ => throw Wrong(value, $"{id} has no {name}; there are enabled, severity, parameters, exceptions"),
            };
        }

        return settings;
    }

    private static List<FindingException> Exceptions(YamlNode node)
    {
        var exceptions = node is YamlSequenceNode list ? list.Children.Select(Exception).ToList() : throw Wrong(node, "exceptions is a list");
        return exceptions.Count <= MaxExceptions ? exceptions : throw Wrong(node, $"there are {exceptions.Count} exceptions; {MaxExceptions} are allowed");
    }

    private static FindingException Exception(YamlNode node)
    {
        var exception = new FindingException();
        foreach (var (name, value) in Map(node, "an exception"))
        {
            exception = name switch
            {
                "image" => exception with { Image = Pattern(value) },
                "namespace" => exception with { Namespace = Pattern(value) },
                "executable" => exception with { Executable = Pattern(value) },
                "user" => exception with { User = User(value) },
                _ => throw Wrong(value, $"an exception has no {name}; there are image, namespace, executable, user"),
            };
        }

        return exception.NamesSomething ? exception : throw Wrong(node, "an exception names at least one of image, namespace, executable, user");
    }

    private static IEnumerable<(string Name, YamlNode Node)> Map(YamlNode node, string what) => node is YamlMappingNode map
        ? map.Children.Select(c => (Text(c.Key), c.Value))
        : throw Wrong(node, $"{what} is a map of names and values");

    private static string Text(YamlNode node) => node is YamlScalarNode { Value: { Length: > 0 } value } ? value : throw Wrong(node, "a text is wanted");

    private static TextPattern Pattern(YamlNode node) => Text(node) is var text && text != "*" ? new TextPattern(text) : throw Wrong(node, "* alone stands for everything; leave the line away");

    private static bool Bool(YamlNode node) => Text(node) switch
    {
        "true" or "on" or "yes" => true,
        "false" or "off" or "no" => false,
        _ => throw Wrong(node, "true or false is wanted"),
    };

    private static Severity Severity(YamlNode node)
    {
        var names = Severities.All.ToList();
        return names.IndexOf(Text(node)) is var index and >= 0 ? (Severity)index : throw Wrong(node, $"a severity is one of {string.Join(", ", names)}");
    }

    private static int User(YamlNode node) =>
        int.TryParse(Text(node), NumberStyles.None, CultureInfo.InvariantCulture, out var user) ? user : throw Wrong(node, "a user is the number it has on the host");

    // As YAML's core schema reads plain scalars; quoted ones are texts.
    private static DataValue Value(YamlNode node) => node switch
    {
        YamlSequenceNode list => DataValue.Of([.. list.Children.Select(Value)]),
        YamlMappingNode map => DataValue.Of([.. Map(map, "a map").Select(p => KeyValuePair.Create(p.Name, Value(p.Node)))]),
        YamlScalarNode { Style: ScalarStyle.Plain } plain => Plain(plain.Value ?? ""),
        YamlScalarNode quoted => quoted.Value ?? "",
        _ => throw Wrong(node, "a value is wanted"),
    };

    private static DataValue Plain(string text) =>
        text is "" or "~" or "null" ? DataValue.Nil
        : text is "true" or "false" ? text == "true"
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer) ? integer
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number
        : text;

    private static SettingsException Wrong(YamlNode node, string what) => new($"line {node.Start.Line}: {what}");
}
