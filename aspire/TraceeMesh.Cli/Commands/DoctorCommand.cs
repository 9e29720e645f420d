using System.CommandLine;
using System.Text.Json;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Cli.Doctor;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Commands;

/// <summary><c>tmesh doctor</c>: what this machine has and lacks, and how to mend it.</summary>
internal static class DoctorCommand
{
    private static readonly string[] Marks = ["ok", "warn", "FAIL"];

    public static Command Create()
    {
        var json = CommonOptions.Json();
        var stateDirectory = CommonOptions.StateDirectory();
        var command = new Command("doctor", "Say what this machine has and lacks for a mesh, and how to mend it") { json, stateDirectory };
        command.SetAction(parsed => Run(StateDirectory.Choose(parsed.GetValue(stateDirectory)), parsed.GetValue(json)));
        return command;
    }

    private static int Run(StateDirectory state, bool json)
    {
        var healthy = true;
        foreach (var result in new KernelChecks().All().Concat(MachineChecks.All(state)))
        {
            healthy &= result.State != CheckState.Fail;
            Console.WriteLine(json ? JsonSerializer.Serialize(result, DoctorJson.Default.CheckResult) : Line(result));
        }

        return healthy ? ExitCode.Ok : ExitCode.Failure;
    }

    private static string Line(CheckResult result) =>
        $"{Marks[(int)result.State],-5} {result.Check,-12} {result.Found}{(result.Mend is null ? "" : $"\n      {"",-12} -> {result.Mend}")}";
}
