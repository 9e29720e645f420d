using System.Diagnostics;

namespace TraceeMesh.Cli.Up;

/// <summary>One command line with the identity it runs under.</summary>
public sealed class Launch
{
    private readonly List<string> _arguments;

    private Launch(List<string> arguments, string workingDirectory)
    {
        _arguments = arguments;
        WorkingDirectory = workingDirectory;
    }

    /// <summary>The whole command line, program first.</summary>
    public IReadOnlyList<string> Arguments => _arguments;

    public string WorkingDirectory { get; }

    /// <summary>
    /// <c>setsid</c> keeps the terminal's Ctrl-C from the service, so that the runner stops them in order;
    /// the parent-death signal ends it when the runner dies without a word. Both replace themselves by what
    /// follows: the process id is the service's own.
    /// </summary>
    public static Launch As(LaunchIdentity identity, string workingDirectory, params IEnumerable<string> command) =>
        new(["setsid", "setpriv", "--pdeathsig", "KILL", .. identity.Options, "--", .. command], workingDirectory);

    public ProcessStartInfo ToStartInfo() => new(_arguments[0], _arguments.Skip(1))
    {
        WorkingDirectory = WorkingDirectory,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };
}
