using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using TraceeMesh.Collector.Kernel;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Mesh;
using TraceeMesh.Contracts.Records;

namespace TraceeMesh.Collector.Consumers;

/// <summary>
/// Makes of what consumers want the filters of the kernel side. What the kernel cannot judge, or has no room for, is left out, so
/// that a filter may let through too much and never too little.
/// </summary>
public sealed class FilterCompiler
{
    private const int PathSetsMax = 64;

    // Events read from kernel objects of whose numbers the kernel side sees each.
    private static readonly int[] Numbered =
    [
        EventIds.MemProtAlert,
        EventIds.SwitchTaskNs,
        EventIds.MagicWrite,
        EventIds.SecuritySocketListen,
        EventIds.SecuritySocketConnect,
        EventIds.SecuritySocketAccept,
        EventIds.SecuritySocketBind,
        EventIds.SecurityBpf,
        EventIds.SocketDup,
        EventIds.SharedObjectLoaded,
        EventIds.FileModification,
    ];

    private static readonly EventSet WithNumbers = new(Numbered);

    // Those, and those of which it sees but the user, the cgroup and the result.
    private static readonly EventSet KernelObjects = new(
    [
        .. Numbered,
        EventIds.CommitCreds,
        EventIds.SecurityInodeUnlink,
        EventIds.SecuritySbMount,
        EventIds.TaskRename,
        EventIds.ProcessExecuteFailed,
        EventIds.SetFsPwd,
        EventIds.IoUringSubmitReq,
    ]);

    private readonly Dictionary<string, int> _sets = [];
    private readonly Dictionary<FilteredPath, ulong> _paths = [];
    private readonly List<EventFilter> _filters = [];
    private readonly List<KeyValuePair<int, int>> _events = [];

    private FilterCompiler()
    {
    }

    /// <summary>Makes a plan.</summary>
    /// <param name="wanted">For each event that nobody wants whole, the alternatives of all consumers.</param>
    public static FilterPlan Compile(IEnumerable<KeyValuePair<EventDefinition, IReadOnlyList<SelectionAlternative>>> wanted)
    {
        var compiler = new FilterCompiler();
        foreach (var (definition, alternatives) in wanted)
        {
            if (compiler.FilterOf(definition, alternatives) is { } filter && compiler.PlaceOf(filter) is { } place)
            {
                compiler._events.Add(new(definition.Id, place));
            }
        }

        return compiler._events.Count == 0 ? FilterPlan.None : new FilterPlan([.. compiler._filters], [.. compiler._events], compiler.Paths());
    }

    // Events whose filters are alike share one; null where there is no room for another.
    private int? PlaceOf(EventFilter filter)
    {
        var place = _filters.FindIndex(f => Bytes(in f).SequenceEqual(Bytes(in filter)));
        if (place < 0 && _filters.Count < RecordLimits.Filters)
        {
            _filters.Add(filter);
            place = _filters.Count - 1;
        }

        return place < 0 ? null : place;
    }

    private static ReadOnlySpan<byte> Bytes(ref readonly EventFilter filter) => MemoryMarshal.AsBytes(new ReadOnlySpan<EventFilter>(in filter));

    private EventFilter? FilterOf(EventDefinition definition, IReadOnlyList<SelectionAlternative> alternatives)
    {
        if (!IsJudged(definition.Id))
        {
            return null;
        }

        var filter = default(EventFilter);
        foreach (var alternative in alternatives)
        {
            var compiled = AlternativeOf(definition, alternative);
            if (compiled is { Terms: 0, Paths: 0 })
            {
                return null;
            }

            var known = ((Span<FilterAlternative>)filter.Alternative)[..(int)filter.Alternatives];
            if (Has(known, compiled))
            {
                continue;
            }

            if (known.Length == RecordLimits.FilterAlternatives)
            {
                return null;
            }

            filter.Alternative[(int)filter.Alternatives++] = compiled;
            filter.Wants |= WantsOf(compiled);
        }

        if (filter.Wants.HasFlag(FilterWants.Path))
        {
            AddRoots(ref filter);
        }

        return filter;
    }

    // How all paths in its sets begin; none where there are too many.
    private void AddRoots(ref EventFilter filter)
    {
        var (sets, only) = (0UL, FilterWants.OnlyPaths);
        foreach (ref readonly var alternative in ((ReadOnlySpan<FilterAlternative>)filter.Alternative)[..(int)filter.Alternatives])
        {
            sets |= alternative.Paths;
            only = alternative.Paths == 0 ? FilterWants.None : only;
        }

        filter.Wants |= only;

        var roots = new HashSet<FilterRoot>();
        foreach (var (path, own) in _paths)
        {
            if ((own & sets) != 0 && FilterRoot.Of(Encoding.UTF8.GetBytes(path.Text), path.IsWhole) is { } root)
            {
                roots.Add(root);
            }
        }

        if (roots.Count is 0 or > RecordLimits.FilterRoots)
        {
            return;
        }

        foreach (var root in roots)
        {
            filter.Root[(int)filter.RootCount++] = root;
        }
    }

    private static bool Has(ReadOnlySpan<FilterAlternative> alternatives, FilterAlternative alternative)
    {
        var wanted = MemoryMarshal.AsBytes(new ReadOnlySpan<FilterAlternative>(in alternative));
        for (var i = 0; i < alternatives.Length; i++)
        {
            if (MemoryMarshal.AsBytes(alternatives.Slice(i, 1)).SequenceEqual(wanted))
            {
                return true;
            }
        }

        return false;
    }

    private static FilterWants WantsOf(FilterAlternative alternative)
    {
        var wants = (alternative.Paths != 0 ? FilterWants.Path : FilterWants.None) | (alternative.Terms > 0 ? FilterWants.Numbers : FilterWants.None);
        foreach (ref readonly var term in ((ReadOnlySpan<FilterTerm>)alternative.Term)[..(int)alternative.Terms])
        {
            wants |= term.Value is (byte)TermValue.Cgroup or (byte)TermValue.InCgroup ? FilterWants.Cgroup : FilterWants.None;
        }

        return wants;
    }

    private FilterAlternative AlternativeOf(EventDefinition definition, SelectionAlternative alternative)
    {
        var compiled = default(FilterAlternative);
        if (alternative.Origin == SelectionAlternative.InContainer)
        {
            Add(ref compiled, new FilterTerm { Kind = TermKind.Between, Value = (byte)TermValue.InCgroup, Low = 1, High = 1 });
        }

        foreach (var condition in alternative.Conditions)
        {
            if (condition.Texts.Count > 0)
            {
                compiled.Paths = compiled.Paths == 0 && condition.Argument == TextOf(definition) ? SetOf(condition) : compiled.Paths;
            }
            else if (ValueOf(definition, condition.Argument) is { } value && TermOf(condition) is { } term && Holds(definition, value, term))
            {
                Add(ref compiled, term with { Value = value });
            }
        }

        return compiled;
    }

    private static void Add(ref FilterAlternative alternative, FilterTerm term)
    {
        if (alternative.Terms < RecordLimits.FilterTerms)
        {
            alternative.Term[(int)alternative.Terms++] = term;
        }
    }

    private static FilterTerm? TermOf(SelectionCondition condition)
    {
        if (condition.Numbers.Count == 0)
        {
            return null;
        }

        var first = (ulong)condition.Numbers[0];
        return condition.Operator switch
        {
            SelectionCondition.OneOf => new FilterTerm { Kind = TermKind.Between, Low = (ulong)condition.Numbers.Min(), High = (ulong)condition.Numbers.Max() },
            SelectionCondition.AtLeast => new FilterTerm { Kind = TermKind.Between, Low = first, High = long.MaxValue },
            SelectionCondition.AtMost => new FilterTerm { Kind = TermKind.Between, Low = unchecked((ulong)long.MinValue), High = first },
            SelectionCondition.AnyFlag => new FilterTerm { Kind = TermKind.AnyFlag, Low = first },
            SelectionCondition.AllFlags => new FilterTerm { Kind = TermKind.AllFlags, Low = first },
            SelectionCondition.NoFlag => new FilterTerm { Kind = TermKind.NoFlag, Low = first },
            _ => null,
        };
    }

    // The bit of the set of these paths; 0 where the kernel side has no room for it.
    private ulong SetOf(SelectionCondition condition)
    {
        var whole = condition.Operator == SelectionCondition.OneOf;
        if ((!whole && condition.Operator != SelectionCondition.StartsWith) || condition.Texts.Any(t => !Fits(t)))
        {
            return 0;
        }

        var name = $"{condition.Operator}\0{string.Join('\0', condition.Texts)}";
        if (_sets.TryGetValue(name, out var number))
        {
            return 1UL << number;
        }

        if (_sets.Count == PathSetsMax || _paths.Count + condition.Texts.Count > RecordLimits.FilterPaths)
        {
            return 0;
        }

        _sets[name] = number = _sets.Count;
        foreach (var text in condition.Texts)
        {
            var path = new FilteredPath(text, whole);
            _paths[path] = _paths.GetValueOrDefault(path) | (1UL << number);
        }

        return 1UL << number;
    }

    // The kernel finds the longest of the paths that fits, so each is in the sets of those it begins with, too.
    private ImmutableArray<KeyValuePair<FilteredPath, ulong>> Paths()
    {
        var paths = ImmutableArray.CreateBuilder<KeyValuePair<FilteredPath, ulong>>(_paths.Count);
        foreach (var (path, own) in _paths)
        {
            var sets = own;
            foreach (var (other, others) in _paths)
            {
                sets |= !other.IsWhole && path.Text.StartsWith(other.Text, StringComparison.Ordinal) ? others : 0;
            }

            paths.Add(new(path, sets));
        }

        return paths.MoveToImmutable();
    }

    // A text with a NUL or a lone surrogate is no path, and an empty beginning is any.
    private static bool Fits(string text) =>
        text.Length > 0 && !text.Contains('\0', StringComparison.Ordinal) && !text.Contains('\ufffd', StringComparison.Ordinal)
        && Encoding.UTF8.GetByteCount(text) < RecordLimits.FilterPathMax - 1;

    private static bool IsJudged(int eventId) =>
        eventId is EventIds.SecurityFileOpen or EventIds.SecurityInodeRename || KernelObjects.Contains(eventId) || SystemCallTable.IsSystemCall(eventId);

    // The text whose sets the kernel looks up: the file's real path, or the first text the caller gave.
    private static string? TextOf(EventDefinition definition)
    {
        switch (definition.Id)
        {
            case EventIds.SecurityFileOpen or EventIds.MagicWrite or EventIds.MemProtAlert or EventIds.SharedObjectLoaded:
                return "pathname";
            case EventIds.FileModification:
                return "file_path";
        }

        var first = SystemCallTable.KindsOf(definition.Id).IndexOf(SystemCallArgumentKind.Text);
        return first < 0 ? null : definition.Arguments[first].Name;
    }

    private static byte? ValueOf(EventDefinition definition, string argument) => argument switch
    {
        "userId" => (byte)TermValue.Uid,
        "cgroupId" => (byte)TermValue.Cgroup,
        "returnValue" => (byte)TermValue.Result,
        _ => definition.IndexOf(argument) is var index && index >= 0 && HasNumber(definition, index) ? PlaceOf(definition, index) : null,
    };

    // Of a rename and an exec the kernel compares no argument of its own, nor where a record's numbers are not the event's.
    private static bool HasNumber(EventDefinition definition, int index) =>
        definition.Id is not (EventIds.SecurityInodeRename or EventIds.Execve or EventIds.Execveat)
        && (!KernelObjects.Contains(definition.Id) || WithNumbers.Contains(definition.Id))
        && ArgumentTypes.IsNumber(definition.Arguments[index].Type);

    // The record of an event read from kernel objects has its numbers first, without what is between them.
    private static byte PlaceOf(EventDefinition definition, int index) =>
        (byte)(KernelObjects.Contains(definition.Id) ? definition.Arguments.Take(index).Count(a => ArgumentTypes.IsNumber(a.Type)) : index);

    // There a negative number of 32 bits may stand as a large one.
    private static bool Holds(EventDefinition definition, byte value, FilterTerm term) =>
        !KernelObjects.Contains(definition.Id) || value >= (byte)TermValue.Uid || term.Kind != TermKind.Between || (long)term.Low >= 0;
}
