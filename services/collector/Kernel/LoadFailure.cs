using System.Text.RegularExpressions;

namespace TraceeMesh.Collector.Kernel;

/// <summary>Why a load failed, read from what libbpf said.</summary>
/// <param name="Program">The program it stopped at; null when it was something else.</param>
/// <param name="Reason">The verifier's last words, or the first thing that was said about a program.</param>
internal sealed partial record LoadFailure(string? Program, string Reason)
{
    /// <summary>Characters of the verifier's words that are repeated to people.</summary>
    private const int ReasonLength = 300;

    internal static LoadFailure Parse(IReadOnlyList<string> messages)
    {
        string? program = null;
        string? first = null;
        foreach (var message in messages)
        {
            if (first is null && OfAProgram().IsMatch(message))
            {
                first = message.Trim();
            }

            if (FailedProgram().Match(message) is { Success: true } match)
            {
                program = match.Groups[1].Value;
            }
        }

        return new LoadFailure(program, VerifierVerdict(messages) ?? Shorten(first ?? (messages.Count > 0 ? messages[^1] : "no reason given")));
    }

    /// <summary>The last line of the verifier's log before its statistics.</summary>
    private static string? VerifierVerdict(IReadOnlyList<string> messages)
    {
        string? verdict = null;
        foreach (var message in messages)
        {
            if (!message.Contains("-- BEGIN PROG LOAD LOG --", StringComparison.Ordinal))
            {
                continue;
            }

            foreach (var line in message.Split('\n'))
            {
                if (line.Length > 0 && !line.StartsWith("processed ", StringComparison.Ordinal) && !line.StartsWith("-- ", StringComparison.Ordinal) && !line.StartsWith("libbpf: ", StringComparison.Ordinal))
                {
                    verdict = Shorten(line);
                }
            }
        }

        return verdict;
    }

    private static string Shorten(string text) => text.Length > ReasonLength ? text[..ReasonLength] : text;

    // Where the verifier had no part in it, the first thing said about a program is the cause, the others its consequences.
    [GeneratedRegex("prog '[^']+': ")]
    private static partial Regex OfAProgram();

    [GeneratedRegex("prog '([^']+)': (?:failed to load|BPF program load failed)")]
    private static partial Regex FailedProgram();
}
