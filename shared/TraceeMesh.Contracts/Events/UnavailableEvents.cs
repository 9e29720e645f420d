using static TraceeMesh.Contracts.Events.ArgumentType;
using static TraceeMesh.Contracts.Events.EventCatalog;

namespace TraceeMesh.Contracts.Events;

/// <summary>Events that signatures know and no kernel program makes: what they need has no honest hook.</summary>
internal static class UnavailableEvents
{
    internal static readonly EventDefinition[] All =
    [
        Define(EventIds.HookedProcFops, "hooked_proc_fops", ("hooked_fops_pointers", Unknown)),
        Define(EventIds.HookedSyscall, "hooked_syscall", ("syscall", Text), ("address", Text), ("function", Text), ("owner", Text)),
    ];
}
