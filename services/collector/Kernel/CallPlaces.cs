using System.ComponentModel;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Records;

namespace TraceeMesh.Collector.Kernel;

/// <summary>
/// The programs that single system calls lead to: each stands at the places of its calls while one of its events is on,
/// and the gate every call passes is attached while any place is taken or one of its own events is on.
/// </summary>
/// <param name="table">Descriptor of the table of places.</param>
/// <param name="gate">What leads to them.</param>
/// <param name="programs">What may stand there.</param>
internal sealed unsafe class CallPlaces(int table, KernelProgram gate, IReadOnlyList<KernelProgram> programs)
{
    private readonly HashSet<KernelProgram> _placed = [];

    /// <summary>Places the programs of these events, and takes away the others.</summary>
    /// <returns>Null, or why events stay away though they are wanted.</returns>
    public string? Apply(EventSet events)
    {
        string? failure = null;
        foreach (var program in programs)
        {
            var wanted = program.IsLoaded && program.Serves(events);
            if (wanted && _placed.Add(program))
            {
                failure ??= Place(program);
            }
            else if (!wanted && _placed.Remove(program))
            {
                Clear(program);
            }
        }

        if (_placed.Count == 0 && !gate.Serves(events))
        {
            gate.Detach();
            return null;
        }

        return gate.Attach() ? failure : $"{gate.Name} {gate.Failure}";
    }

    /// <summary>Takes over what a collector before this one placed.</summary>
    public void Adopt()
    {
        foreach (var program in programs)
        {
            if (PlacesOf(program).Any(IsTaken))
            {
                _placed.Add(program);
            }
        }
    }

    private bool IsTaken(int place)
    {
        uint program;
        return LibBpf.MapLookup(table, &place, &program) == 0;
    }

    private string? Place(KernelProgram program)
    {
        var descriptor = program.Descriptor;
        foreach (var place in PlacesOf(program))
        {
            var at = place;
            var result = LibBpf.MapUpdate(table, &at, &descriptor, 0);
            if (result != 0)
            {
                return $"{program.Name} could not be placed: {new Win32Exception(-result).Message}";
            }
        }

        return null;
    }

    private void Clear(KernelProgram program)
    {
        foreach (var place in PlacesOf(program))
        {
            var at = place;
            _ = LibBpf.MapDelete(table, &at);
        }
    }

    private static IEnumerable<int> PlacesOf(KernelProgram program) =>
        program.Calls is { } calls ? [.. calls.Native, .. calls.Compat.Select(n => n + RecordLimits.CallsCompat)] : [];
}
