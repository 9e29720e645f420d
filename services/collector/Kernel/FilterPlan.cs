using System.Collections.Immutable;

namespace TraceeMesh.Collector.Kernel;

/// <summary>What the kernel side keeps back.</summary>
/// <param name="Filters">The filters.</param>
/// <param name="Events">The events that have one, and its place among the filters; every other event that is on is produced whenever it happens.</param>
/// <param name="Paths">Paths and beginnings of paths, with a bit for each set they are in.</param>
public sealed record FilterPlan(ImmutableArray<EventFilter> Filters, ImmutableArray<KeyValuePair<int, int>> Events, ImmutableArray<KeyValuePair<FilteredPath, ulong>> Paths)
{
    /// <summary>Nothing is kept back.</summary>
    public static readonly FilterPlan None = new([], [], []);
}

/// <summary>A path or the beginning of one.</summary>
/// <param name="Text">The path.</param>
/// <param name="IsWhole">Whether it is all of the path.</param>
public readonly record struct FilteredPath(string Text, bool IsWhole);
