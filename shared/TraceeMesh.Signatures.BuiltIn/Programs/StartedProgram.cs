using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Signatures.BuiltIn.Programs;

/// <summary>Programs by their name, which is the last part of their path.</summary>
internal static class StartedProgram
{
    public const string Exec = "sched_process_exec";

    /// <summary>The shells.</summary>
    public static IReadOnlyList<string> Shells { get; } = ["ash", "bash", "csh", "ksh", "sh", "tcsh", "zsh", "dash"];

    /// <summary>
    /// Starts of programs with one of these names: by the file that runs, or as it was asked for, which is the name of a script and
    /// of the part that a program of many names plays.
    /// </summary>
    public static EventSelector[] Named(Origin origin, IReadOnlyList<string> names)
    {
        string[] ends = [.. names.Select(n => "/" + n)];
        return
        [
            new(EventSelector.Tracee, Exec, origin) { Filters = [ArgumentFilter.EndsWith("pathname", [.. ends])] },
            new(EventSelector.Tracee, Exec, origin) { Filters = [ArgumentFilter.EndsWith("cmdpath", [.. ends])] },
            new(EventSelector.Tracee, Exec, origin) { Filters = [ArgumentFilter.Is("cmdpath", [.. names])] },
        ];
    }

    /// <summary>The name of the program that an event's process runs, by its file and not by what the process calls itself; its own name only where the file is not known.</summary>
    public static ReadOnlySpan<byte> NameOf(Event e) => e.Context.Executable.IsEmpty ? e.Context.ProcessName.Bytes : NameIn(e.Context.Executable.Bytes);

    /// <summary>The last part of a path.</summary>
    public static ReadOnlySpan<byte> NameIn(ReadOnlySpan<byte> path) => path[(path.LastIndexOf((byte)'/') + 1)..];

    /// <summary>The last part of a path.</summary>
    public static string NameIn(string path) => path[(path.LastIndexOf('/') + 1)..];
}
