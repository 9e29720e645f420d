using System.ComponentModel;
using System.Runtime.InteropServices;
using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Collector.Kernel;

/// <summary>One loaded program and its link.</summary>
/// <param name="entry">What it is.</param>
/// <param name="program">The program; 0 where the kernel refused it.</param>
/// <param name="pins">Where its link is pinned while it is attached; null: nowhere.</param>
internal sealed class KernelProgram(KernelProgramTable.Entry entry, nint program, PinDirectory? pins) : IDisposable
{
    private nint _link;

    /// <summary>Its function's name in bpf/programs.</summary>
    internal string Name => entry.Name;

    /// <summary>What it produces.</summary>
    internal IReadOnlyList<int> Events => entry.Events;

    /// <summary>When it runs.</summary>
    internal ProgramUse Use => entry.Use;

    /// <summary>Of a program for system calls: which.</summary>
    internal CallNumbers? Calls => entry.Calls;

    /// <summary>Whether the kernel took it.</summary>
    internal bool IsLoaded => program != 0;

    /// <summary>Its descriptor; it is loaded.</summary>
    internal int Descriptor => LibBpf.ProgramDescriptor(program);

    /// <summary>Why it does not work here; null when it does.</summary>
    internal string? Failure { get; private set; } = program == 0 ? "not loaded" : null;

    internal bool IsAttached => _link != 0;

    /// <summary>Notes why it could not be loaded.</summary>
    internal void Fail(string reason) => Failure = reason;

    /// <summary>Whether it produces any of these.</summary>
    internal bool Serves(EventSet wanted)
    {
        foreach (var id in entry.Events)
        {
            if (wanted.Contains(id))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Attaches it unless it is; a failure is kept in <see cref="Failure"/>.</summary>
    internal bool Attach()
    {
        if (program == 0 || IsAttached)
        {
            return IsAttached;
        }

        LibBpfLog.Clear();
        if (entry.OnCgroups)
        {
            _link = UnifiedCgroup.Attach(program, out var reason);
            Failure = reason;
        }
        else
        {
            _link = LibBpf.ProgramAttach(program);
            Failure = IsAttached ? null : $"could not be attached: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}";
        }

        if (IsAttached && Use != ProgramUse.Snapshot)
        {
            pins?.PinLink(Name, LinkDescriptor);
        }

        return IsAttached;
    }

    /// <summary>Takes over the link that a collector before this one left pinned, if it did: its program goes on without a pause.</summary>
    internal bool Adopt()
    {
        _link = pins?.OpenLink(Name) ?? 0;
        return IsAttached;
    }

    /// <summary>The descriptor of its link; the program is attached.</summary>
    internal int LinkDescriptor => LibBpf.LinkDescriptor(_link);

    internal void Detach()
    {
        if (IsAttached)
        {
            pins?.UnpinLink(Name);
            Dispose();
        }
    }

    /// <summary>Lets go of it; it stays attached where its link is pinned.</summary>
    public void Dispose()
    {
        if (IsAttached)
        {
            _ = LibBpf.LinkDestroy(_link);
            _link = 0;
        }
    }
}
