using System.Text.RegularExpressions;

namespace TraceeMesh.Collector.Kernel;

/// <summary>Why a load failed, read from what libbpf said.</summary>
/// <param name="Program">The program it stopped at; null when it was something else.</param>
/// <param name="Reason">The last thing that was said about it.</param>
internal sealed partial record LoadFailure(string? Program, string Reason)
{
    /// <summary>Characters of the verifier's words that are repeated to people.</summary>
    private const int ReasonLength = 300;

    internal static LoadFailure Parse(IReadOnlyList<string> messages)
    {
        string? program = null;
        foreach (var message in messages)
        {
            if (FailedProgram().Match(message) is { Success: true } match)
            {
                program = match.Groups[1].Value;
            }
        }

        return new LoadFailure(program, VerifierVerdict(messages) ?? (messages.Count > 0 ? Shorten(messages[^1]) : "no reason given"));
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

    [GeneratedRegex("prog '([^']+)': (?:failed to load|BPF program load failed)")]
    private static partial Regex FailedProgram();
}
