using TraceeMesh.Contracts.Mesh;
using TraceeMesh.Signatures;

namespace TraceeMesh.Detector.Selecting;

/// <summary>What of the selectors of signatures a collector may judge already: the occurrences that none of them can want need not travel.</summary>
public static class SelectionFilters
{
    /// <summary>For each event that no selector wants whole, the alternatives of all of them.</summary>
    /// <param name="selectors">Selectors of the mesh's own events.</param>
    public static Dictionary<string, IReadOnlyList<SelectionAlternative>> Of(IReadOnlyList<EventSelector> selectors)
    {
        var filters = new Dictionary<string, IReadOnlyList<SelectionAlternative>>();
        if (selectors.Any(s => s.AnyName))
        {
            return filters;
        }

        foreach (var selected in selectors.GroupBy(s => s.Name))
        {
            var alternatives = selected.Select(Alternative).ToList();
            if (alternatives.TrueForAll(a => a.Origin.Length > 0 || a.Conditions.Count > 0))
            {
                filters[selected.Key] = alternatives;
            }
        }

        return filters;
    }

    private static SelectionAlternative Alternative(EventSelector selector) => new()
    {
        Origin = selector.Origin is Origin.Container or Origin.ContainerInit ? SelectionAlternative.InContainer : SelectionAlternative.Anywhere,
        Conditions = [.. selector.Filters.Select(Condition).OfType<SelectionCondition>()],
    };

    private static SelectionCondition? Condition(ArgumentFilter filter) =>
        OperatorOf(filter.Operator) is { } name ? new(filter.Argument, name) { Texts = filter.Texts, Numbers = filter.Numbers } : null;

    // Null for what no collector can judge.
    private static string? OperatorOf(FilterOperator @operator) => @operator switch
    {
        FilterOperator.TextIsOneOf or FilterOperator.NumberIsOneOf => SelectionCondition.OneOf,
        FilterOperator.TextStartsWith => SelectionCondition.StartsWith,
        FilterOperator.NumberAtLeast => SelectionCondition.AtLeast,
        FilterOperator.NumberAtMost => SelectionCondition.AtMost,
        FilterOperator.HasAnyFlag => SelectionCondition.AnyFlag,
        FilterOperator.HasAllFlags => SelectionCondition.AllFlags,
        FilterOperator.HasNoFlag => SelectionCondition.NoFlag,
        _ => null,
    };
}
