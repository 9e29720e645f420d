using System.CommandLine;
using TraceeMesh.Cli.Triggers;

namespace TraceeMesh.Cli.Commands;

/// <summary><c>tmesh act</c>: one act of a trigger, inside the namespaces that the trigger made. For triggers only.</summary>
internal static class ActCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("name");
        var argument = new Argument<string>("argument") { DefaultValueFactory = _ => "" };
        var command = new Command("act") { name, argument };
        command.Hidden = true;
        command.SetAction(parsed => Act.Do(parsed.GetRequiredValue(name), parsed.GetRequiredValue(argument)));
        return command;
    }
}
