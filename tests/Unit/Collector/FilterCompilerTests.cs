using System.Text;
using TraceeMesh.Collector.Consumers;
using TraceeMesh.Collector.Kernel;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Mesh;
using TraceeMesh.Contracts.Records;
using Xunit;

namespace TraceeMesh.Tests.Unit.Collector;

public sealed class FilterCompilerTests
{
    [Fact]
    public void Conditions_TheKernelJudges_BecomeTerms()
    {
        var filter = Single(
            "security_file_open",
            Of(Numbers("flags", SelectionCondition.AnyFlag, 3), Numbers("userId", SelectionCondition.OneOf, 0, 7), Numbers("returnValue", SelectionCondition.AtLeast, 3)));

        var alternative = filter.Alternative[0];
        Assert.Equal((1u, 3u, 0UL), (filter.Alternatives, alternative.Terms, alternative.Paths));
        Assert.Equal((TermKind.AnyFlag, (byte)1, 3UL), (alternative.Term[0].Kind, alternative.Term[0].Value, alternative.Term[0].Low));
        Assert.Equal((TermKind.Between, (byte)TermValue.Uid, 0UL, 7UL), (alternative.Term[1].Kind, alternative.Term[1].Value, alternative.Term[1].Low, alternative.Term[1].High));
        Assert.Equal((TermKind.Between, (byte)TermValue.Result, 3UL, (ulong)long.MaxValue), (alternative.Term[2].Kind, alternative.Term[2].Value, alternative.Term[2].Low, alternative.Term[2].High));
    }

    [Fact]
    public void Container_IsACgroupOtherThanTheRoot() =>
        Assert.Equal(FilterWants.Cgroup | FilterWants.Numbers, Single("security_file_open", new SelectionAlternative { Origin = SelectionAlternative.InContainer }).Wants);

    [Theory]
    [InlineData("pathname", "ends_with")]
    [InlineData("pathname", "no_such_operator")]
    [InlineData("syscall_pathname", SelectionCondition.OneOf)]
    [InlineData("no_such_argument", SelectionCondition.OneOf)]
    public void Condition_TheKernelCannotJudge_LetsEverythingThrough(string argument, string @operator) =>
        Assert.Same(FilterPlan.None, Compile("security_file_open", Of(Texts(argument, @operator, "/x"))));

    [Fact]
    public void Alternative_WithoutConditions_LetsEverythingThrough() =>
        Assert.Same(FilterPlan.None, Compile("security_file_open", Of(Numbers("flags", SelectionCondition.AnyFlag, 3)), new SelectionAlternative()));

    [Fact]
    public void Event_TheKernelDoesNotJudge_HasNoFilter() =>
        Assert.Same(FilterPlan.None, Compile("cgroup_mkdir", Of(Numbers("hierarchy_id", SelectionCondition.OneOf, 0))));

    [Fact]
    public void Exec_ComparesNoRegister_WhichItLeavesBehind() =>
        Assert.Same(FilterPlan.None, Compile("execveat", Of(Numbers("flags", SelectionCondition.AnyFlag, 3))));

    [Fact]
    public void Paths_ThatBeginWithAnother_AreInItsSetToo()
    {
        var plan = Compile(
            "security_file_open",
            Of(Texts("pathname", SelectionCondition.StartsWith, "/etc/cron")),
            Of(Texts("pathname", SelectionCondition.OneOf, "/etc/crontab", "/etc/sudoers")));

        Assert.Equal(
            [(new("/etc/cron", false), 0b01UL), (new("/etc/crontab", true), 0b11UL), (new FilteredPath("/etc/sudoers", true), 0b10UL)],
            plan.Paths.Select(p => (p.Key, p.Value)));
        Assert.Equal(FilterWants.Path | FilterWants.OnlyPaths, plan.Filters[0].Wants);
        Assert.Equal((3u, FilterName.Of("etc"u8, true)), (plan.Filters[0].RootCount, plan.Filters[0].Root[0].First));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\0b")]
    public void Path_ThatIsNone_LetsEverythingThrough(string path) =>
        Assert.Same(FilterPlan.None, Compile("security_file_open", Of(Texts("pathname", SelectionCondition.StartsWith, path))));

    [Fact]
    public void Path_LongerThanIsCompared_LetsEverythingThrough() =>
        Assert.Same(FilterPlan.None, Compile("security_file_open", Of(Texts("pathname", SelectionCondition.OneOf, "/" + new string('x', RecordLimits.FilterPathMax)))));

    [Fact]
    public void TooManyAlternativesTermsOrSets_LetMoreThrough()
    {
        var many = Enumerable.Range(0, RecordLimits.FilterAlternatives + 1).Select(i => Of(Numbers("flags", SelectionCondition.AnyFlag, 1 << i))).ToArray();
        Assert.Same(FilterPlan.None, Compile("security_file_open", many));

        var terms = Of([.. Enumerable.Range(0, RecordLimits.FilterTerms + 1).Select(i => Numbers("flags", SelectionCondition.AnyFlag, 1 << i))]);
        Assert.Equal((uint)RecordLimits.FilterTerms, Single("security_file_open", terms).Alternative[0].Terms);

        var sets = Enumerable.Range(0, 65).Select(i => Of(Texts("pathname", SelectionCondition.OneOf, $"/{i}"))).ToArray();
        Assert.Same(FilterPlan.None, Compile("security_file_open", sets));
    }

    [Theory]
    [InlineData("/etc/cron", false, "etc\0", "cron")]
    [InlineData("/etc/cron", true, "etc\0", "cron\0")]
    [InlineData("/etc/", false, "etc\0", "")]
    [InlineData("/et", false, "et", "")]
    [InlineData("/etc/cron.d/a", false, "etc\0", "cron.d\0")]
    [InlineData("/longer-than-eight/x", true, "longer-t", "x\0")]
    [InlineData("/", false, "", "")]
    public void Root_OfAPath_IsWhatCountsOfItsFirstTwoNames(string path, bool isWhole, string first, string second)
    {
        var root = FilterRoot.Of(Encoding.UTF8.GetBytes(path), isWhole)!.Value;

        Assert.Equal((Beginning(first), Beginning(second)), (root.First, root.Second));
    }

    [Fact]
    public void Root_OfAFileInNoDirectory_IsNone() => Assert.Null(FilterRoot.Of("memfd:x"u8, isWhole: true));

    [Fact]
    public void Paths_OfMoreRootsThanAFilterHolds_AreAllLookedAt()
    {
        var many = Enumerable.Range(0, RecordLimits.FilterRoots + 1).Select(i => $"/{i}/x").ToArray();

        Assert.Equal(0u, Single("security_file_open", Of(Texts("pathname", SelectionCondition.OneOf, many))).RootCount);
    }

    [Fact]
    public void KernelObjectEvent_ComparesThePlacesOfItsRecord()
    {
        var alternative = Single("mem_prot_alert", Of(Numbers("inode", SelectionCondition.OneOf, 7), Numbers("prot", SelectionCondition.AnyFlag, 4), Texts("pathname", SelectionCondition.StartsWith, "/tmp/"))).Alternative[0];

        Assert.Equal((2u, 1UL), (alternative.Terms, alternative.Paths));
        Assert.Equal((6, 3), (alternative.Term[0].Value, alternative.Term[1].Value));
    }

    [Theory]
    [InlineData("security_socket_connect", "sockfd", SelectionCondition.AtMost)]
    [InlineData("process_execute_failed", "dirfd", SelectionCondition.AtLeast)]
    [InlineData("net_flow_tcp_begin", "dst_port", SelectionCondition.AtLeast)]
    public void KernelObjectEvent_WhoseRecordSaysOtherwise_LetsEverythingThrough(string name, string argument, string @operator) =>
        Assert.Same(FilterPlan.None, Compile(name, Of(Numbers(argument, @operator, 3))));

    [Fact]
    public void Alternatives_ThatAreAlike_AreOne() =>
        Assert.Equal(1u, Single("security_file_open", Of(Numbers("flags", SelectionCondition.AnyFlag, 3)), Of(Numbers("flags", SelectionCondition.AnyFlag, 3), Texts("pathname", "ends_with", "/x"))).Alternatives);

    [Fact]
    public void Events_WhoseFiltersAreAlike_ShareOne()
    {
        SelectionAlternative[] root = [Of(Numbers("userId", SelectionCondition.OneOf, 0))];
        var plan = FilterCompiler.Compile(SystemCallTable.Events.Select(e => KeyValuePair.Create(e, (IReadOnlyList<SelectionAlternative>)root)));

        Assert.Single(plan.Filters);
        Assert.Equal(SystemCallTable.Events.Count, plan.Events.Length);
    }

    private static FilterName Beginning(string bytes) => FilterName.Of(Encoding.UTF8.GetBytes(bytes), isWhole: false);

    private static EventFilter Single(string name, params SelectionAlternative[] alternatives) => Assert.Single(Compile(name, alternatives).Filters);

    private static FilterPlan Compile(string name, params SelectionAlternative[] alternatives) =>
        FilterCompiler.Compile([KeyValuePair.Create(EventCatalog.Find(name)!, (IReadOnlyList<SelectionAlternative>)alternatives)]);

    private static SelectionAlternative Of(params SelectionCondition[] conditions) => new() { Conditions = conditions };

    private static SelectionCondition Numbers(string argument, string @operator, params long[] numbers) => new(argument, @operator) { Numbers = numbers };

    private static SelectionCondition Texts(string argument, string @operator, params string[] texts) => new(argument, @operator) { Texts = texts };
}
