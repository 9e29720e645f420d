using System.Collections.Frozen;
using Microsoft.Extensions.Configuration;
using TraceeMesh.Contracts;

namespace TraceeMesh.ServiceDefaults.Configuration;

/// <summary>What one program was told: by a flag, else by the environment, else by the file of settings, else by default.</summary>
public sealed class SettingValues
{
    /// <summary>The file that is read where none is named.</summary>
    public const string DefaultFile = "/etc/traceemesh/traceemesh.yaml";

    private readonly FrozenDictionary<Setting, object?> _values;
    private readonly FrozenDictionary<Setting, GivenText> _given;

    private SettingValues(Dictionary<Setting, object?> values, Dictionary<Setting, GivenText> given)
    {
        _values = values.ToFrozenDictionary();
        _given = given.ToFrozenDictionary();
    }

    /// <summary>The value of a setting; the type's default where there is none.</summary>
    public T? Get<T>(Setting<T> setting) => _values.TryGetValue(setting, out var value) ? (T?)value : default;

    /// <summary>What was given, without defaults, under the names of the environment without their prefix.</summary>
    public IConfiguration ToConfiguration() => new ConfigurationBuilder()
        .AddInMemoryCollection(_given.Select(g => KeyValuePair.Create<string, string?>(g.Key.Key.ToUpperInvariant(), g.Value.Text)))
        .Build();

    /// <summary>Reads everything there is to read.</summary>
    /// <param name="program">One of <see cref="MeshPrograms"/>.</param>
    /// <param name="arguments">The command line.</param>
    /// <param name="environment">The environment.</param>
    /// <param name="defaultFile">The file that is read where none is named, if it is there.</param>
    /// <exception cref="ServiceExitException">Something cannot be used: all of it is in the message.</exception>
    public static SettingValues Read(string program, IReadOnlyList<string> arguments, Func<string, string?> environment, string defaultFile = DefaultFile)
    {
        var problems = new List<string>();
        var flags = CommandLineFlags.Read(program, arguments, problems);
        var file = FileOf(program, flags, environment, defaultFile, problems);
        var values = new Dictionary<Setting, object?>();
        var given = new Dictionary<Setting, GivenText>();
        foreach (var setting in MeshSettings.Of(program))
        {
            if (Find(setting, flags, environment, file) is { } text)
            {
                if (setting.TryRead(text.Text, out var value, out var problem))
                {
                    given[setting] = text;
                    values[setting] = value;
                }
                else
                {
                    problems.Add($"{text.Origin}{(setting.IsSecret ? "" : $" {text.Text}")}: {problem}; {setting.Takes} is wanted: {setting.Meaning}");
                }
            }
            else if (setting.Default is { } otherwise)
            {
                values[setting] = setting.TryRead(otherwise, out var value, out var wrong) ? value : throw new InvalidOperationException($"the default of {setting.Key}: {wrong}");
            }
        }

        return problems.Count == 0 ? new SettingValues(values, given) : throw Refusal(program, problems);
    }

    private static ServiceExitException Refusal(string program, List<string> problems) => new(
        ExitCode.Usage,
        problems.Count == 1 ? $"{problems[0]} ({program} --help tells all settings)" : $"{problems.Count} settings cannot be used ({program} --help tells all):\n  {string.Join("\n  ", problems)}");

    private static GivenText? Find(Setting setting, IReadOnlyDictionary<Setting, GivenText> flags, Func<string, string?> environment, SettingsFile? file)
    {
        GivenText?[] places =
        [
            flags.TryGetValue(setting, out var flag) ? flag : null,
            FromEnvironment(setting.Variable, environment),
            setting.ForeignVariable is { } foreign ? FromEnvironment(foreign, environment) : null,
            file?.Find(setting),
        ];
        return Array.Find(places, p => p is { } text && (text.Text.Length > 0 || setting.TakesNothing));
    }

    private static GivenText? FromEnvironment(string variable, Func<string, string?> environment) =>
        environment(variable) is { } text ? new GivenText(text, variable) : null;

    private static SettingsFile? FileOf(string program, IReadOnlyDictionary<Setting, GivenText> flags, Func<string, string?> environment, string defaultFile, List<string> problems)
    {
        var path = Find(MeshSettings.Config, flags, environment, null)?.Text ?? (File.Exists(defaultFile) ? defaultFile : null);

        // That it cannot be read is said once, of the setting.
        return path is not null && File.Exists(path) ? SettingsFile.Read(path, program, problems) : null;
    }
}
