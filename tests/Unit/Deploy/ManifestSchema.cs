using System.Globalization;
using System.Text.RegularExpressions;
using TraceeMesh.Tests.Unit.Repository;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace TraceeMesh.Tests.Unit.Deploy;

/// <summary>Checks objects field by field against kubernetes-api.yaml.</summary>
internal sealed partial class ManifestSchema
{
    private readonly YamlMappingNode _schema;
    private readonly List<string> _problems = [];

    private ManifestSchema(string text) => _schema = ManifestYaml.Documents(text)[0];

    /// <summary>What is wrong, each with the object and the path in it.</summary>
    public static IReadOnlyList<string> Check(IEnumerable<YamlMappingNode> objects)
    {
        var schema = new ManifestSchema(File.ReadAllText(Path.Combine(RepositoryFiles.Root, "tests/Unit/Deploy/kubernetes-api.yaml")));
        foreach (var o in objects)
        {
            schema.CheckObject(o);
        }

        return schema._problems;
    }

    private void CheckObject(YamlMappingNode o)
    {
        var kind = $"{o.Text("apiVersion")}/{o.Text("kind")}";
        if (_schema.At("kinds") is not YamlMappingNode kinds || !kinds.Children.TryGetValue(new YamlScalarNode(kind), out var fields))
        {
            _problems.Add($"{o.Name()}: {kind} is no kind of a current API version");
            return;
        }

        CheckFields((YamlMappingNode)fields, o, o.Name(), ["apiVersion", "kind"]);
    }

    private void CheckFields(YamlMappingNode fields, YamlNode value, string path, IReadOnlyCollection<string> besides)
    {
        if (value is not YamlMappingNode map)
        {
            _problems.Add($"{path}: fields are due here");
            return;
        }

        var known = fields.ToDictionary(f => ((YamlScalarNode)f.Key).Value!, f => ((YamlScalarNode)f.Value).Value!);
        foreach (var required in known.Keys.Where(k => k.EndsWith('!')).Select(k => k[..^1]))
        {
            if (!map.Children.ContainsKey(new YamlScalarNode(required)))
            {
                _problems.Add($"{path}.{required}: missing");
            }
        }

        foreach (var (key, field) in map)
        {
            var name = ((YamlScalarNode)key).Value!;
            if (besides.Contains(name))
            {
                continue;
            }

            if ((known.GetValueOrDefault(name) ?? known.GetValueOrDefault(name + "!")) is { } type)
            {
                CheckType(type, field, $"{path}.{name}");
            }
            else
            {
                _problems.Add($"{path}.{name}: unknown field");
            }
        }
    }

    private void CheckType(string type, YamlNode value, string path)
    {
        if (Compound().Match(type) is { Success: true } compound)
        {
            CheckCompound(compound.Groups[1].Value, compound.Groups[2].Value, value, path);
        }
        else if (char.IsUpper(type[0]))
        {
            CheckFields((YamlMappingNode)(_schema.At("types").At(type) ?? throw new InvalidDataException($"kubernetes-api.yaml has no type {type}")), value, path, []);
        }
        else if (value is not YamlScalarNode scalar || !IsOf(type, scalar))
        {
            _problems.Add($"{path}: {type} is due here, not {value}");
        }
    }

    private void CheckCompound(string form, string inner, YamlNode value, string path)
    {
        switch (form, value)
        {
            case ("list", YamlSequenceNode list):
                for (var i = 0; i < list.Children.Count; i++)
                {
                    CheckType(inner, list[i], $"{path}[{i}]");
                }

                break;
            case ("map", YamlMappingNode map):
                foreach (var (key, item) in map)
                {
                    CheckType(inner, item, $"{path}.{key}");
                }

                break;
            case ("one", YamlScalarNode scalar) when inner.Split('|').Contains(scalar.Value):
                break;
            default:
                _problems.Add($"{path}: {form} of {inner} is due here, not {value}");
                break;
        }
    }

    private static bool IsOf(string type, YamlScalarNode scalar)
    {
        var text = scalar.Value ?? "";
        var isNumber = scalar.Style == ScalarStyle.Plain && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);
        var isText = scalar.Style != ScalarStyle.Plain || (!isNumber && text is not ("true" or "false" or "null" or "~" or ""));
        return type switch
        {
            "string" => isText,
            "integer" => isNumber,
            "boolean" => scalar.Style == ScalarStyle.Plain && text is "true" or "false",
            "quantity" => Quantity().IsMatch(text),
            "count" => isNumber || Percentage().IsMatch(text),
            "port" => isNumber ? long.Parse(text, CultureInfo.InvariantCulture) is > 0 and < 65536 : PortName().IsMatch(text),
            _ => throw new InvalidDataException($"kubernetes-api.yaml knows no {type}"),
        };
    }

    [GeneratedRegex(@"^(list|map|one)\((.*)\)$")]
    private static partial Regex Compound();

    [GeneratedRegex("^[0-9]+(\\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$")]
    private static partial Regex Quantity();

    [GeneratedRegex("^[0-9]+%$")]
    private static partial Regex Percentage();

    [GeneratedRegex("^[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?$")]
    private static partial Regex PortName();
}
