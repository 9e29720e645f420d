using TraceeMesh.Contracts.Mesh;
using TraceeMesh.Detector.Selecting;
using TraceeMesh.Signatures;
using Xunit;

namespace TraceeMesh.Tests.Unit.Detector.Selecting;

public sealed class SelectionFiltersTests
{
    private static readonly EventSelector Filtered = new("tracee", "security_file_open", Origin.Container)
    {
        Filters = [ArgumentFilter.StartsWith("pathname", "/etc/"), ArgumentFilter.EndsWith("pathname", "/x"), ArgumentFilter.HasAnyFlag("flags", 3)],
    };

    [Fact]
    public void Selectors_WithFiltersOrAnOrigin_BecomeAlternatives()
    {
        var filters = SelectionFilters.Of([Filtered, new("tracee", "security_file_open", Origin.ContainerInit)]);

        var alternatives = Assert.Single(filters).Value;
        Assert.Equal([SelectionAlternative.InContainer, SelectionAlternative.InContainer], alternatives.Select(a => a.Origin));
        Assert.Equal([("pathname", SelectionCondition.StartsWith), ("flags", SelectionCondition.AnyFlag)], alternatives[0].Conditions.Select(c => (c.Argument, c.Operator)));
        Assert.Equal(["/etc/"], alternatives[0].Conditions[0].Texts);
        Assert.Equal([3], alternatives[0].Conditions[1].Numbers);
        Assert.Empty(alternatives[1].Conditions);
    }

    [Fact]
    public void Event_ThatOneSelectorWantsWhole_HasNoFilter()
    {
        Assert.Empty(SelectionFilters.Of([Filtered, new("tracee", "security_file_open")]));
        Assert.Empty(SelectionFilters.Of([Filtered, new("tracee", "security_file_open", Origin.Host)]));
        Assert.Empty(SelectionFilters.Of([Filtered, new("tracee", "security_file_open") { Filters = [ArgumentFilter.EndsWith("pathname", "/x")] }]));
    }

    [Fact]
    public void Anything_WantedWhole_HasNoFilter() => Assert.Empty(SelectionFilters.Of([Filtered, new("tracee", "*", Origin.Container)]));

    [Fact]
    public void EveryOperator_OfAFilter_IsToldOrLeftOut()
    {
        var told = Enum.GetValues<FilterOperator>().Where(o => o != FilterOperator.TextEndsWith).ToHashSet();
        ArgumentFilter[] all =
        [
            ArgumentFilter.Is("pathname", "/x"), ArgumentFilter.StartsWith("pathname", "/x"), ArgumentFilter.Is("flags", 1), ArgumentFilter.AtLeast("flags", 1),
            ArgumentFilter.AtMost("flags", 1), ArgumentFilter.HasAnyFlag("flags", 1), ArgumentFilter.HasAllFlags("flags", 1), ArgumentFilter.HasNoFlag("flags", 1),
        ];

        Assert.Equal(told, all.Select(f => f.Operator).ToHashSet());
        Assert.All(all, f => Assert.Single(SelectionFilters.Of([new("tracee", "security_file_open") { Filters = [f] }])));
    }
}
