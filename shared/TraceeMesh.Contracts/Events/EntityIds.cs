using System.Numerics;
using System.Text;

namespace TraceeMesh.Contracts.Events;

/// <summary>
/// Ids of processes and threads, unique over node and boot: a hash of node, boot id, host tid and start time in ns since
/// boot. 53 bits wide, so that every JSON reader keeps them exact; 0 means unknown.
/// </summary>
public static class EntityIds
{
    private const ulong Mask = (1UL << 53) - 1;

    /// <summary>What all ids of one boot of one node have in common.</summary>
    public static ulong Seed(string node, string bootId) =>
        Hash.Of(Encoding.UTF8.GetBytes(bootId), Hash.Of(Encoding.UTF8.GetBytes(node)));

    /// <summary>The id of a task; of a process with its leader's tid and start.</summary>
    /// <param name="seed">See <see cref="Seed"/>.</param>
    /// <param name="hostTid">Thread id on the host; 0 gives 0.</param>
    /// <param name="startTime">ns since boot; 0 gives 0.</param>
    public static ulong Of(ulong seed, uint hostTid, ulong startTime)
    {
        if (hostTid == 0 || startTime == 0)
        {
            return 0;
        }

        var id = Hash.Mix(Hash.Mix(seed ^ startTime) + BitOperations.RotateLeft(hostTid, 32)) & Mask;
        return id == 0 ? 1 : id;
    }
}
