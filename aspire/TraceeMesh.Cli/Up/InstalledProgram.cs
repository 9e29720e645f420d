using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Up;

/// <summary>Finds a program, also in the directories of root that a user's PATH may lack.</summary>
public static class InstalledProgram
{
    private static readonly string[] AlsoIn = ["/usr/sbin", "/usr/bin"];

    public static string Locate(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Concat(AlsoIn)
            .Select(directory => Path.Combine(directory, program))
            .FirstOrDefault(File.Exists)
        ?? throw new CommandException(ExitCode.MissingDependency, $"{program} is not installed: apt-get install {program}");
}
