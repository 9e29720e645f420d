using System.ComponentModel;
using System.Runtime.InteropServices;
using TraceeMesh.Collector.Snapshot;

namespace TraceeMesh.Collector.Kernel;

/// <summary>The root of cgroup2, where programs see the packets of the whole host.</summary>
internal static class UnifiedCgroup
{
    private const uint Unified = 0;

    /// <summary>Attaches a program to it.</summary>
    /// <param name="program">The program, loaded.</param>
    /// <param name="failure">Why it could not be attached; null when it is.</param>
    /// <returns>The link, or 0.</returns>
    internal static nint Attach(nint program, out string? failure)
    {
        if (CgroupMount.Read().FirstOrDefault(m => m.Hierarchy == Unified) is not { } mount)
        {
            failure = "could not be attached: cgroup2 is not mounted (mount -t cgroup2 none DIRECTORY)";
            return 0;
        }

        var directory = LibC.Open(mount.Path, LibC.OpenDirectory);
        if (directory < 0)
        {
            failure = $"could not be attached: {mount.Path}: {LastError()}";
            return 0;
        }

        var link = LibBpf.ProgramAttachCgroup(program, directory);
        failure = link != 0 ? null : $"could not be attached to {mount.Path}: {LastError()}";
        _ = LibC.Close(directory);
        return link;
    }

    private static string LastError() => new Win32Exception(Marshal.GetLastPInvokeError()).Message;
}
