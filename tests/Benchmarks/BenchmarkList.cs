using TraceeMesh.Benchmarks.Rows;

namespace TraceeMesh.Benchmarks;

/// <summary>The benchmarks there are, in the order they run.</summary>
internal static class BenchmarkList
{
    public static IReadOnlyList<IBenchmark> All { get; } = [new ClientStart(), new Engine(), new BuiltInSignatures(), new EventSteps(), new CapturedMesh(), new DeclaredLookups(), new FindingLatency(), new ExecLoad(), new ContainerChurn(), new ContainerIdentity(), new ProcessTree(), new DnsStore(), new SourceWrites(), new SourceVisibility(), new HotSwap(), new NoisyContainer(), new SystemCalls(), new ConsoleCost()];
}
