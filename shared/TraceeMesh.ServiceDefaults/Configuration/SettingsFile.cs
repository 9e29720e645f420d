using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace TraceeMesh.ServiceDefaults.Configuration;

/// <summary>
/// A file of settings, YAML or JSON: keys of the table with their values for every service, and below the name of a service those
/// that are for it alone. It may hold keys of all services, so that one file does for the mesh; what no service knows is refused.
/// </summary>
internal sealed class SettingsFile
{
    // A mesh's whole configuration is a hundredth of this.
    private const long MostBytes = 1024 * 1024;

    private readonly string _path;
    private readonly string _program;
    private readonly List<string> _problems;
    private readonly Dictionary<Setting, GivenText> _ofAll = [];
    private readonly Dictionary<Setting, GivenText> _ofProgram = [];

    private SettingsFile(string path, string program, List<string> problems)
    {
        (_path, _program, _problems) = (path, program, problems);
    }

    /// <summary>Reads a file; what is wrong with it is added to the problems.</summary>
    public static SettingsFile Read(string path, string program, List<string> problems)
    {
        var file = new SettingsFile(path, program, problems);
        try
        {
            if (new FileInfo(path).Length > MostBytes)
            {
                problems.Add($"{path}: it has more than {MostBytes} bytes");
                return file;
            }

            using var text = File.OpenText(path);
            file.Parse(text);
        }
        catch (YamlException e)
        {
            problems.Add($"{path}:{e.Start.Line}: {e.InnerException?.Message ?? e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{path}: {e.Message}");
        }

        return file;
    }

    /// <summary>What it says of a setting.</summary>
    public GivenText? Find(Setting setting) =>
        _ofProgram.TryGetValue(setting, out var own) ? own : _ofAll.TryGetValue(setting, out var given) ? given : null;

    private void Parse(StreamReader text)
    {
        var yaml = new YamlStream();
        yaml.Load(text);
        if (yaml.Documents.Count == 0)
        {
            return;
        }

        if (yaml.Documents.Count > 1 || yaml.Documents[0].RootNode is not YamlMappingNode root)
        {
            _problems.Add($"{_path}: one mapping of settings to values is wanted");
            return;
        }

        foreach (var (key, value) in root.Children)
        {
            if (value is YamlMappingNode section && key is YamlScalarNode { Value: { } service } && MeshPrograms.All.Contains(service))
            {
                foreach (var (ownKey, ownValue) in section.Children)
                {
                    Take(ownKey, ownValue, service == _program ? _ofProgram : null);
                }
            }
            else
            {
                Take(key, value, _ofAll);
            }
        }
    }

    private void Take(YamlNode key, YamlNode value, Dictionary<Setting, GivenText>? into)
    {
        var origin = $"{_path}:{key.Start.Line}: ";
        if (key is not YamlScalarNode { Value: { } name } || MeshSettings.All.FirstOrDefault(s => s.Key == name) is not { } setting || setting == MeshSettings.Config)
        {
            var unknown = (key as YamlScalarNode)?.Value ?? "";
            _problems.Add($"{origin}{unknown}: there is no such setting; the nearest is {NearestName.Of(unknown, MeshSettings.All.Skip(1).Select(s => s.Key).Concat(MeshPrograms.All))}");
            return;
        }

        if (value is not YamlScalarNode scalar)
        {
            _problems.Add($"{origin}{name}: one value is wanted: {setting.Takes}");
            return;
        }

        into?.TryAdd(setting, new GivenText(TextOf(scalar), $"{origin}{name}"));
    }

    // What other readers of YAML take for true and false.
    private static string TextOf(YamlScalarNode scalar) => (scalar.Style, scalar.Value) switch
    {
        (ScalarStyle.Plain, "true") => "yes",
        (ScalarStyle.Plain, "false") => "no",
        (ScalarStyle.Plain, null or "null" or "~") => "",
        (_, var text) => text ?? "",
    };
}
