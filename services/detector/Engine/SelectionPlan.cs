using TraceeMesh.Contracts.Events;
using TraceeMesh.Signatures;

namespace TraceeMesh.Detector.Engine;

/// <summary>
/// Who wants an event of one source, kind and origin. A filter that several signatures share is one test, made at most once for
/// an event; deciding allocates nothing.
/// </summary>
public sealed class SelectionPlan
{
    private readonly PlanEntry[] _entries;
    private readonly ArgumentTest[] _tests;

    // For each test the number of the event it was made for last and what came of it, in the lowest bit.
    private readonly long[] _made;
    private long _event;

    private SelectionPlan(PlanEntry[] entries, ArgumentTest[] tests)
    {
        _entries = entries;
        _tests = tests;
        Declares = entries.Any(e => e.Signature.Loaded.DeclaredLookups.Count > 0);
        _made = new long[tests.Length];
    }

    /// <summary>The signatures that may want it, in order of their ids.</summary>
    public ReadOnlySpan<PlanEntry> Entries => _entries;

    /// <summary>Whether one of them declares what it will ask.</summary>
    public bool Declares { get; }

    /// <summary>Makes a plan; null where nobody wants such events.</summary>
    /// <param name="signatures">The signatures.</param>
    /// <param name="source">Source of the events.</param>
    /// <param name="definition">Their kind.</param>
    /// <param name="origin">Their origin.</param>
    public static SelectionPlan? Of(IReadOnlyList<SignatureInstance> signatures, string source, EventDefinition definition, EventOrigin origin)
    {
        var entries = new List<PlanEntry>();
        var numbers = new Dictionary<ArgumentFilter, int>();
        var tests = new List<ArgumentTest>();
        foreach (var signature in signatures)
        {
            var matching = signature.Loaded.Selectors.Where(s => s.Selects(source, definition, origin)).ToList();
            if (matching.Count > 0)
            {
                entries.Add(new PlanEntry(signature, matching.Any(s => s.Filters.Count == 0) ? null : [.. matching.Select(s => s.Filters.Select(Number).ToArray())]));
            }
        }

        return entries.Count == 0 ? null : new SelectionPlan([.. entries], [.. tests]);

        int Number(ArgumentFilter filter)
        {
            if (!numbers.TryGetValue(filter, out var number))
            {
                numbers[filter] = number = tests.Count;
                tests.Add(ArgumentTest.Resolve(filter, definition));
            }

            return number;
        }
    }

    /// <summary>Turns to the next event.</summary>
    public void Next() => _event++;

    /// <summary>Whether the signature wants the event.</summary>
    public bool Selects(in PlanEntry entry, Event e)
    {
        if (entry.Alternatives is null)
        {
            return true;
        }

        foreach (var alternative in entry.Alternatives)
        {
            if (PassesAll(alternative, e))
            {
                return true;
            }
        }

        return false;
    }

    private bool PassesAll(int[] numbers, Event e)
    {
        foreach (var number in numbers)
        {
            if (!Passes(number, e))
            {
                return false;
            }
        }

        return true;
    }

    private bool Passes(int number, Event e)
    {
        ref var made = ref _made[number];
        if (made >> 1 != _event)
        {
            made = (_event << 1) | (_tests[number].Passes(e) ? 1L : 0L);
        }

        return (made & 1) != 0;
    }
}
