using System.Globalization;
using System.Runtime.CompilerServices;
using Xunit;

namespace TraceeMesh.Tests.Kernel;

/// <summary>What the verifier walks of each program, against bpf/instructions.tsv, from which docs/events.md is made.</summary>
[Collection(nameof(LoadedKernel))]
public class InstructionTests(LoadedKernel kernel)
{
    /// <summary>The verifier's own limit.</summary>
    private const int Limit = 1_000_000;

    /// <summary>Kernels and compilers differ this much without anything to be said.</summary>
    private const double Tolerance = 0.3;

    /// <summary>The part of the limit that stays free for kernels that count more.</summary>
    private const double Margin = 0.5;

    // TRACEEMESH_WRITE_DOCUMENTS=1 writes the file anew.
    [KernelFact]
    public void Programs_AreWalkedAsTheFileSays_AndKeepTheirMargin()
    {
        var measured = kernel.Programs.Programs.Where(p => p is { Failure: null, Descriptor: >= 0 }).ToDictionary(p => p.Name, p => Walked(p.Descriptor));
        if (Environment.GetEnvironmentVariable("TRACEEMESH_WRITE_DOCUMENTS") == "1")
        {
            File.WriteAllLines(Table(), measured.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => $"{m.Key}\t{m.Value}"));
        }

        var told = File.ReadLines(Table()).Select(l => l.Split('\t')).ToDictionary(l => l[0], l => int.Parse(l[1], CultureInfo.InvariantCulture));
        Assert.All(measured, m => Assert.True(told.ContainsKey(m.Key), $"bpf/instructions.tsv lacks {m.Key}"));
        Assert.All(measured, m => Assert.InRange(m.Value, told[m.Key] * (1 - Tolerance), told[m.Key] * (1 + Tolerance)));
        Assert.All(measured, m => Assert.InRange(m.Value, 1, Limit * Margin));
    }

    private static int Walked(int descriptor) => int.Parse(
        File.ReadLines($"/proc/self/fdinfo/{descriptor}").First(l => l.StartsWith("verified_insns:", StringComparison.Ordinal)).Split('\t')[1],
        CultureInfo.InvariantCulture);

    private static string Table([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "../../bpf/instructions.tsv");
}
