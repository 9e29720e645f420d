using System.Text;

namespace TraceeMesh.ServiceDefaults.Configuration;

/// <summary>What <c>--help</c> of a service says.</summary>
public static class SettingsHelp
{
    private static readonly string[] Flags = ["--help", "-h"];

    /// <summary>Whether somebody asks for it.</summary>
    public static bool IsAskedFor(IReadOnlyList<string> arguments) => arguments.Any(Flags.Contains);

    /// <summary>The text of one program.</summary>
    public static string Of(string program)
    {
        var text = new StringBuilder();
        text.Append($"usage: {program} [--FLAG VALUE]...\n\n");
        text.Append("A flag wins over the variable in the environment, that over the file of settings, that over the default.\n");
        text.Append("In the file (YAML or JSON) a setting is called as its variable is, in small letters and without TRACEEMESH_.\n");
        foreach (var setting in MeshSettings.Of(program))
        {
            var flags = setting.ShortFlag is { } shorter ? $"{shorter}, {setting.Flag}" : setting.Flag;
            var foreign = setting.ForeignVariable is { } variable ? $", {variable}" : "";
            text.Append($"\n  {flags} ({setting.Variable}{foreign})\n");
            text.Append($"      {setting.Meaning}.\n      {setting.Takes} [default: {setting.Default ?? setting.DefaultMeaning}]\n");
        }

        return text.ToString();
    }
}
