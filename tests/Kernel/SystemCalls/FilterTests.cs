using TraceeMesh.Collector.Consumers;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Mesh;
using TraceeMesh.Contracts.Records;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Kernel.SystemCalls;

/// <summary>What the kernel side keeps back, and what it lets through.</summary>
[Collection(nameof(LoadedKernel))]
public sealed class FilterTests(LoadedKernel kernel) : IDisposable
{
    private const int Writes = 3;

    private readonly TemporaryDirectory _directory = new();

    [KernelFact]
    public void Open_OfAnExactPathOrBelowAPrefix_IsProducedAndNoOtherIs()
    {
        var (exact, longer, below, beside) = (Make("exact"), Make("exact-and-more"), Make("below/file"), Make("below-not/file"));

        var opened = Open(
            [Paths(SelectionCondition.OneOf, exact), Paths(SelectionCondition.StartsWith, Path.Combine(_directory.Path, "below/"))],
            exact,
            longer,
            below,
            beside);

        Assert.Equal([exact, below], opened);
    }

    [KernelFact]
    public void Open_ThroughALink_IsJudgedByTheFileItOpened()
    {
        var target = Make("target");
        var link = Path.Combine(_directory.Path, "link");
        File.CreateSymbolicLink(link, target);

        Assert.Equal([target], Open([Paths(SelectionCondition.OneOf, target)], link));
        Assert.Equal([], Open([Paths(SelectionCondition.OneOf, link)], link));
    }

    [KernelFact]
    public void Open_PrefixOfAnotherPrefix_IsInBoth()
    {
        var (outer, inner) = (Make("outer"), Make("outer.inner"));
        SelectionAlternative[] alternatives =
        [
            new() { Conditions = [Text(SelectionCondition.StartsWith, outer), Flags(SelectionCondition.AnyFlag)] },
            new() { Conditions = [Text(SelectionCondition.OneOf, inner), Flags(SelectionCondition.NoFlag)] },
        ];

        Assert.Equal([outer, inner, inner], Open(alternatives, outer, "+" + outer, inner, "+" + inner));
    }

    [KernelFact]
    public void Open_ByFlagsAndUser_IsProducedWhereAllHold()
    {
        var file = Make("file");
        SelectionAlternative writes = new() { Conditions = [Flags(SelectionCondition.AnyFlag), User(0)] };
        SelectionAlternative writesOfAnother = new() { Conditions = [Flags(SelectionCondition.AnyFlag), User(4711)] };

        Assert.Equal([file], Open([writes], file, "+" + file));
        Assert.Equal([], Open([writesOfAnother], file, "+" + file));
        Assert.Equal([file], Open([writes, writesOfAnother], file, "+" + file));
    }

    [KernelFact]
    public void Open_PathLongerThanAFilterCompares_IsNotMistakenForAnother()
    {
        var directory = Path.Combine(_directory.Path, new string('d', 200), new string('e', 200));
        Directory.CreateDirectory(directory);
        var file = Path.Combine(directory, "file");
        File.WriteAllText(file, "");

        Assert.Equal([file], Open([Paths(SelectionCondition.StartsWith, _directory.Path)], file));
        Assert.Equal([], Open([Paths(SelectionCondition.OneOf, file[..200])], file));
    }

    [KernelFact]
    public void FilteredOut_IsCounted_AndNeitherProducedNorLost()
    {
        var file = Make("file");
        var (produced, dropped, filtered) = (kernel.Programs.Accounts.Produced(), kernel.Programs.Accounts.Dropped(), kernel.Programs.Accounts.FilteredOut());

        Assert.Equal([], Open([Paths(SelectionCondition.OneOf, "/no/such/file")], file));

        Assert.Equal(produced, kernel.Programs.Accounts.Produced());
        Assert.Equal(dropped, kernel.Programs.Accounts.Dropped());
        Assert.True(kernel.Programs.Accounts.FilteredOut() > filtered);
    }

    [KernelFact]
    public void NamedCall_ByItsTextAndNumbers_IsProducedWhereAllHold()
    {
        var file = Make("file");
        var definition = EventCatalog.Find("openat")!;
        SelectionAlternative[] alternatives =
        [
            new() { Conditions = [Text(SelectionCondition.OneOf, file), Flags(SelectionCondition.AnyFlag), new("dirfd", SelectionCondition.AtMost) { Numbers = [-1] }] },
        ];

        var records = Run(definition, alternatives, file, "+" + file, "/dev/null");

        var call = Assert.Single(records);
        Assert.Equal(file, call.Read<SystemCallBody>().Tail[0]);
        Assert.Equal(1UL, call.Read<SystemCallBody>().Body.Argument[2] & Writes);
    }

    [KernelFact]
    public void Open_WhereAnotherAlternativeNamesNoPath_IsProducedThere()
    {
        var (here, elsewhere) = (Make("here"), Make("elsewhere"));
        SelectionAlternative[] alternatives = [Paths(SelectionCondition.StartsWith, "/no/such/"), new() { Conditions = [Flags(SelectionCondition.AnyFlag)] }];

        Assert.Equal([elsewhere], Open(alternatives, here, "+" + elsewhere));
    }

    [KernelFact]
    public void Open_OfAPathWithTheSameFirstNames_IsJudgedByAllOfIt()
    {
        var names = _directory.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var (file, root) = (Make("file"), "/" + names[0]);

        Assert.Equal(file, Open([Paths(SelectionCondition.StartsWith, "/")], file)[^1]);
        Assert.Equal([file], Open([Paths(SelectionCondition.StartsWith, root)], file));
        Assert.Equal([file], Open([Paths(SelectionCondition.StartsWith, root + "/" + names[1][..2])], file));
        Assert.Equal([], Open([Paths(SelectionCondition.StartsWith, root + "x")], file));
        Assert.Equal([], Open([Paths(SelectionCondition.OneOf, root)], file));
        Assert.Equal([], Open([Paths(SelectionCondition.OneOf, _directory.Path)], file));
    }

    [KernelFact]
    public void Modification_ByItsPath_IsProducedAndNoOtherIs()
    {
        var filtered = kernel.Programs.Accounts.FilteredOut();
        var events = Storm(EventIds.FileModification, new SelectionCondition("file_path", SelectionCondition.OneOf) { Texts = [Path.Combine(_directory.Path, "main")] });

        Assert.Equal(["main", "main", "main"], events.Select(e => Path.GetFileName(e.Text("file_path"))));
        Assert.True(kernel.Programs.Accounts.FilteredOut() >= filtered + 3);
    }

    [KernelFact]
    public void KernelObjectEvent_ByItsNumbersAndUser_IsProducedWhereAllHold()
    {
        Assert.Equal(6, Storm(EventIds.MemProtAlert, new SelectionCondition("prot", SelectionCondition.AnyFlag) { Numbers = [4] }, User(0)).Count);
        Assert.Empty(Storm(EventIds.MemProtAlert, new SelectionCondition("prot", SelectionCondition.AnyFlag) { Numbers = [2] }));
        Assert.Empty(Storm(EventIds.MemProtAlert, User(4711)));
        Assert.Empty(Storm(EventIds.SetFsPwd, User(4711)));
    }

    [KernelFact]
    public void Nobody_SelectsAnything_NothingReachesTheRingAndNoProgramIsInTheWay()
    {
        var (produced, off) = (kernel.Programs.Accounts.Produced(), kernel.Programs.Accounts.SwitchedOff());
        var before = Counted();

        Assert.Empty(kernel.Watch(new EventSet(), () => Trigger.Run("opens", "1000")));
        Assert.Equal(produced, kernel.Programs.Accounts.Produced());

        // A program in the way of every call would have counted each of the trigger's.
        Assert.InRange(Counted() - before, 0UL, 999UL);
        Assert.True(kernel.Programs.Accounts.SwitchedOff() >= off);
    }

    public void Dispose() => _directory.Dispose();

    private static SelectionAlternative Paths(string how, string path) => new() { Conditions = [Text(how, path)] };

    private static SelectionCondition Text(string how, string path) => new("pathname", how) { Texts = [path] };

    private static SelectionCondition Flags(string how) => new("flags", how) { Numbers = [Writes] };

    private static SelectionCondition User(long id) => new("userId", SelectionCondition.OneOf) { Numbers = [id] };

    private ulong Counted() => kernel.Programs.Accounts.SwitchedOff();

    private string Make(string name)
    {
        var path = Path.Combine(_directory.Path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "");
        return path;
    }

    private List<SeenEvent> Storm(int id, params SelectionCondition[] conditions)
    {
        var plan = FilterCompiler.Compile([KeyValuePair.Create(EventCatalog.Find(id)!, (IReadOnlyList<SelectionAlternative>)[new() { Conditions = conditions }])]);
        Trigger trigger = null!;
        var records = kernel.Watch(new EventSet(id), () => trigger = Trigger.RunIn(_directory.Path, "storm", "3"), plan: plan);
        return SeenEvent.Of(records, trigger.ProcessId, id);
    }

    private string[] Open(SelectionAlternative[] alternatives, params string[] paths) =>
        [.. Run(EventCatalog.Find(EventIds.SecurityFileOpen)!, alternatives, paths).Select(r => r.Read<FileOpenBody>().Tail[0])];

    private List<Record> Run(EventDefinition definition, SelectionAlternative[] alternatives, params string[] paths)
    {
        var plan = FilterCompiler.Compile([KeyValuePair.Create(definition, (IReadOnlyList<SelectionAlternative>)alternatives)]);
        Trigger trigger = null!;
        var records = kernel.Watch(new EventSet(definition.Id), () => trigger = Trigger.Run("opens_of", paths), plan: plan);
        return [.. records.Where(r => r.Head.HostPid == trigger.ProcessId)];
    }
}
