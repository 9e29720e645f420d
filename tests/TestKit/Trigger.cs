using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace TraceeMesh.TestKit;

/// <summary>A program of tests/triggers and what it said.</summary>
public sealed class Trigger
{
    private readonly Dictionary<string, string> _facts = [];

    private Trigger(int processId) => ProcessId = processId;

    public int ProcessId { get; }

    public string this[string fact] => _facts[fact];

    public static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "triggers", name);

    public long Number(string fact) => long.Parse(_facts[fact], CultureInfo.InvariantCulture);

    /// <summary>Runs it to its end.</summary>
    public static Trigger Run(string name, params string[] arguments) => Run(name, null, arguments);

    /// <summary>Runs it to its end in a directory.</summary>
    public static Trigger RunIn(string directory, string name, params string[] arguments) => Run(name, null, arguments, directory);

    /// <summary>Runs it to its end; one that waits to be told to go on is told so after <paramref name="beforeItGoesOn"/>.</summary>
    public static Trigger Run(string name, Action<int>? beforeItGoesOn, params string[] arguments) => Run(name, beforeItGoesOn, arguments, "");

    private static Trigger Run(string name, Action<int>? beforeItGoesOn, string[] arguments, string directory)
    {
        var start = new ProcessStartInfo(PathOf(name)) { WorkingDirectory = directory, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        if (beforeItGoesOn is not null)
        {
            beforeItGoesOn(process.Id);
            process.StandardInput.WriteLine();
            process.StandardInput.Flush();
        }

        var trigger = new Trigger(process.Id);
        while (process.StandardOutput.ReadLine() is { } line)
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            trigger._facts[line[..equals]] = line[(equals + 1)..];
        }

        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode != 99, $"{name}: {errors}");
        return trigger;
    }
}
