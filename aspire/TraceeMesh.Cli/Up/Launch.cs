using System.Diagnostics;

namespace TraceeMesh.Cli.Up;

/// <summary>One command line with the identity it runs under.</summary>
/// <param name="Arguments">The whole command line, program first.</param>
/// <param name="WorkingDirectory">Where it starts.</param>
public sealed record Launch(IReadOnlyList<string> Arguments, string WorkingDirectory)
{
    /// <summary>Added to the environment of the runner.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// <c>setsid</c> keeps the terminal's Ctrl-C from the service, so that the runner stops them in order;
    /// the parent-death signal ends it when the runner dies without a word. Both replace themselves by what
    /// follows: the process id is the service's own.
    /// </summary>
    public static Launch As(LaunchIdentity identity, string workingDirectory, params IEnumerable<string> command) =>
        new(["setsid", "setpriv", "--pdeathsig", "KILL", .. identity.Options, "--", .. command], workingDirectory);

    public ProcessStartInfo ToStartInfo()
    {
        var start = new ProcessStartInfo(Arguments[0], Arguments.Skip(1))
        {
            WorkingDirectory = WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in Environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }
}
