namespace TraceeMesh.ServiceDefaults.Configuration;

/// <summary>The flags of a command line: <c>--flag value</c> or <c>--flag=value</c>; of several the last counts.</summary>
internal static class CommandLineFlags
{
    public static Dictionary<Setting, GivenText> Read(string program, IReadOnlyList<string> arguments, List<string> problems)
    {
        var flags = new Dictionary<string, Setting>();
        foreach (var setting in MeshSettings.Of(program))
        {
            flags[setting.Flag] = setting;
            if (setting.ShortFlag is { } shorter)
            {
                flags[shorter] = setting;
            }
        }

        var given = new Dictionary<Setting, GivenText>();
        for (var i = 0; i < arguments.Count; i++)
        {
            var (flag, value) = arguments[i].IndexOf('=', StringComparison.Ordinal) is > 0 and var equals
                ? (arguments[i][..equals], arguments[i][(equals + 1)..])
                : (arguments[i], null);
            if (!flags.TryGetValue(flag, out var setting))
            {
                problems.Add($"unknown flag {flag}; the nearest is {NearestName.Of(flag, flags.Keys)}");

                // What follows belongs to it, unless it is a flag itself.
                i += value is null && i + 1 < arguments.Count && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal) ? 1 : 0;
            }
            else if (value is not null)
            {
                given[setting] = new GivenText(value, flag);
            }
            else if (i + 1 < arguments.Count)
            {
                given[setting] = new GivenText(arguments[++i], flag);
            }
            else
            {
                problems.Add($"{flag} wants a value: {setting.Takes}");
            }
        }

        return given;
    }
}
