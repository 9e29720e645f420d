using TraceeMesh.Contracts.Events;
using TraceeMesh.Detector.Engine;
using TraceeMesh.Signatures;
using TraceeMesh.TestKit.Signatures;
using Xunit;

namespace TraceeMesh.Tests.Unit.Detector.Engine;

public sealed class FilterTests
{
    private static readonly string[] Many = [.. Enumerable.Range(0, 50).Select(i => $"/etc/many{i}")];

    public static TheoryData<string, ArgumentFilter, int> Filters => new()
    {
        { "security_file_open", ArgumentFilter.Is("pathname", "/etc/sudoers"), 1 },
        { "security_file_open", ArgumentFilter.Is("pathname", "/etc/sudoer"), 0 },
        { "security_file_open", ArgumentFilter.Is("pathname", "/x", "/etc/sudoers"), 1 },
        { "security_file_open", ArgumentFilter.Is("pathname", [.. Many]), 0 },
        { "security_file_open", ArgumentFilter.Is("pathname", [.. Many, "/etc/sudoers"]), 1 },
        { "security_file_open", ArgumentFilter.StartsWith("pathname", "/etc/"), 1 },
        { "security_file_open", ArgumentFilter.StartsWith("pathname", "/proc/"), 0 },
        { "security_file_open", ArgumentFilter.EndsWith("pathname", "oers"), 1 },
        { "security_file_open", ArgumentFilter.EndsWith("pathname", "/oers"), 0 },
        { "security_file_open", ArgumentFilter.Is("flags", 5, 0x8001), 1 },
        { "security_file_open", ArgumentFilter.Is("flags", 1), 0 },
        { "security_file_open", ArgumentFilter.AtLeast("flags", 0x8001), 1 },
        { "security_file_open", ArgumentFilter.AtLeast("flags", 0x8002), 0 },
        { "security_file_open", ArgumentFilter.AtMost("flags", 0x8001), 1 },
        { "security_file_open", ArgumentFilter.AtMost("flags", 0x8000), 0 },
        { "security_file_open", ArgumentFilter.HasAnyFlag("flags", 3), 1 },
        { "security_file_open", ArgumentFilter.HasAllFlags("flags", 3), 0 },
        { "security_file_open", ArgumentFilter.HasAllFlags("flags", 0x8001), 1 },
        { "security_file_open", ArgumentFilter.HasNoFlag("flags", 2), 1 },
        { "security_file_open", ArgumentFilter.HasNoFlag("flags", 1), 0 },
        { "security_file_open", ArgumentFilter.AtLeast("inode", 0), 0 },
        { "security_file_open", ArgumentFilter.StartsWith("syscall_pathname", ""), 0 },
    };

    [Theory]
    [MemberData(nameof(Filters))]
    public async Task Filter_OnAnEvent_LetsItThroughOrNot(string name, ArgumentFilter filter, int calls)
    {
        var seen = 0;
        using var bench = new Bench(() => new TestSignature("T", (_, _, _) => { seen++; return default; }, new EventSelector("tracee", name) { Filters = [filter] }));

        await bench.Judge(Open("/etc/sudoers", 0x8001));

        Assert.Equal(calls, seen);
    }

    [Fact]
    public async Task Filters_OfOneSelector_MustAllHold_OfSeveralOne()
    {
        var seen = new List<string>();
        EventSelector written = new("tracee", "security_file_open") { Filters = [ArgumentFilter.Is("pathname", "/a"), ArgumentFilter.HasAnyFlag("flags", 3)] };
        EventSelector read = new("tracee", "security_file_open") { Filters = [ArgumentFilter.Is("pathname", "/b"), ArgumentFilter.HasNoFlag("flags", 3)] };
        using var bench = new Bench(() => new TestSignature("T", (_, e, _) => { seen.Add($"{e.GetText(0)} {e.GetNumber(1)}"); return default; }, written, read));

        await bench.Judge(Open("/a", 0), Open("/a", 1), Open("/b", 0), Open("/b", 1), Open("/c", 1));

        Assert.Equal(["/a 1", "/b 0"], seen);
    }

    [Fact]
    public async Task Filters_SharedBySeveralSignatures_HoldForEachEventAnew()
    {
        var seen = new List<string>();
        Func<Signature> Seeing(string id) => () => new TestSignature(id, (_, e, _) => { seen.Add($"{id}{e.GetText(0)}"); return default; }, new EventSelector("tracee", "security_file_open") { Filters = [ArgumentFilter.Is("pathname", "/a")] });
        using var bench = new Bench(Seeing("A"), Seeing("B"));

        await bench.Judge(Open("/a", 0), Open("/b", 0), Open("/a", 1));

        Assert.Equal(["A/a", "B/a", "A/a", "B/a"], seen);
        Assert.All(bench.Catalog.Report(), r => Assert.Equal(2, r.Evaluations));
    }

    [Theory]
    [InlineData("security_file_open", "no_such_argument")]
    [InlineData("security_file_open", "flags")]
    [InlineData("*", "pathname")]
    public void Filter_ThatFitsNoEvent_KeepsTheSignatureOut(string name, string argument)
    {
        using var bench = new Bench(() => new TestSignature("T", null, new EventSelector("tracee", name) { Filters = [ArgumentFilter.StartsWith(argument, "/")] }), () => new TestSignature("U"));

        Assert.Equal("U", Assert.Single(bench.Catalog.Signatures).Metadata.Id);
    }

    private static Event Open(string path, int flags) => EventMaker.Make("security_file_open", ("pathname", path), ("flags", flags));
}
