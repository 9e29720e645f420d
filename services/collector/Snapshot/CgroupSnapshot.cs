using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using TraceeMesh.Contracts.Records;
using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Collector.Snapshot;

/// <summary>Tells of every cgroup directory that exists, as records like the kernel's own: cgroupfs has no iterator for all its hierarchies.</summary>
public sealed class CgroupSnapshot
{
    /// <summary>Directories told at most; what is beyond is counted.</summary>
    public const int DirectoriesMax = 65536;

    private readonly byte[] _record = new byte[Unsafe.SizeOf<RecordHead>() + Unsafe.SizeOf<CgroupBody>() + sizeof(ushort) + RecordLimits.PathPartMax];
    private ulong _sequence;

    /// <summary>Records written so far, in all snapshots of this load.</summary>
    public long Written => (long)_sequence;

    /// <summary>Directories that were beyond <see cref="DirectoriesMax"/>.</summary>
    public long Omitted { get; private set; }

    /// <summary>Goes on behind the records written before.</summary>
    public void Restore(long written) => _sequence = (ulong)written;

    /// <summary>Walks all hierarchies.</summary>
    /// <param name="mounts">The hierarchies.</param>
    /// <param name="bootTime">Now, in ns since boot.</param>
    /// <returns>The records; each is valid until the next one.</returns>
    public IEnumerable<ReadOnlyMemory<byte>> Records(IReadOnlyList<CgroupMount> mounts, ulong bootTime)
    {
        var told = 0;
        foreach (var mount in mounts)
        {
            foreach (var directory in Walk(mount.Path))
            {
                if (!FileIdentity.TryRead(directory, out var inode, out var ctime))
                {
                    continue;
                }

                if (++told > DirectoriesMax)
                {
                    Omitted++;
                    continue;
                }

                var path = directory.Length == mount.Path.Length ? "/" : directory[mount.Path.Length..];
                yield return _record.AsMemory(0, Encode(new CgroupBody { CgroupId = inode, Ctime = ctime, HierarchyId = mount.Hierarchy }, bootTime, path));
            }
        }
    }

    // Directories vanish while they are walked; one that does has nothing to tell.
    private static IEnumerable<string> Walk(string root)
    {
        yield return root;
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint };
        foreach (var directory in Directory.EnumerateDirectories(root, "*", options))
        {
            yield return directory;
        }
    }

    private int Encode(CgroupBody body, ulong bootTime, string path)
    {
        var span = _record.AsSpan();
        var headSize = Unsafe.SizeOf<RecordHead>();
        var tail = span[(headSize + Unsafe.SizeOf<CgroupBody>())..];
        var utf8 = Encoding.UTF8.GetBytes(path);
        var length = Math.Min(utf8.Length, RecordLimits.PathPartMax);
        BinaryPrimitives.WriteUInt16LittleEndian(tail, (ushort)length);
        utf8.AsSpan(0, length).CopyTo(tail[sizeof(ushort)..]);
        var size = span.Length - tail.Length + sizeof(ushort) + length;
        var head = new RecordHead
        {
            Size = (uint)size,
            Event = EventIds.SnapshotCgroup,
            Cpu = RecordLimits.CpuCollector,
            Sequence = _sequence++,
            Time = bootTime,
            Syscall = -1,
            Truncated = length < utf8.Length ? (ushort)1 : (ushort)0,
            Parts = 1,
        };
        MemoryMarshal.Write(span, in head);
        MemoryMarshal.Write(span[headSize..], in body);
        return size;
    }
}
