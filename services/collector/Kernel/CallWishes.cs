using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Collector.Kernel;

/// <summary>For which of its events a system call is wanted. Twin of <c>enum call_wish</c>.</summary>
[Flags]
public enum CallWish : byte
{
    /// <summary>For none.</summary>
    None = 0,

    /// <summary>For the event of its name, when it returns.</summary>
    Named = 1 << 0,

    /// <summary>The same of a call that does not return to its caller, when it begins.</summary>
    Entered = 1 << 1,

    /// <summary>For an event that is read from what the call did.</summary>
    Resolved = 1 << 2,
}

/// <summary>What is wanted of each system call when certain events are.</summary>
internal static class CallWishes
{
    private static readonly int[] Opens = Ids("open", "creat", "openat", "openat2", "open_by_handle_at");
    private static readonly int[] Renames = Ids("rename", "renameat", "renameat2");

    /// <summary>The events of calls that do not return to their caller.</summary>
    internal static IReadOnlyList<int> Entered { get; } = Ids("exit", "exit_group", "rt_sigreturn", "sigreturn");

    /// <summary>The events of all others.</summary>
    internal static IReadOnlyList<int> Returning { get; } = [.. SystemCallTable.Events.Select(e => e.Id).Except(Entered)];

    /// <summary>What is wanted of a call.</summary>
    internal static CallWish Of(SystemCall call, EventSet events)
    {
        if (call.EventId is not { } id)
        {
            return CallWish.None;
        }

        var wish = !events.Contains(id) ? CallWish.None : Entered.Contains(id) ? CallWish.Entered : CallWish.Named;
        var resolves = (Opens.Contains(id) && events.Contains(EventIds.SecurityFileOpen))
            || (Renames.Contains(id) && events.Contains(EventIds.SecurityInodeRename));
        return resolves ? wish | CallWish.Resolved : wish;
    }

    private static int[] Ids(params string[] names) => Array.ConvertAll(names, n => EventCatalog.Find(n)!.Id);
}
