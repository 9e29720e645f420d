using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Records;
using TraceeMesh.Enricher.Containers;
using TraceeMesh.Enricher.Processes;

namespace TraceeMesh.Enricher.Decoding;

/// <content>Records of cgroups.</content>
public sealed partial class FrameDecoder
{
    private readonly List<Container> _gone = [];

    private RecordStatus CgroupMkdir(ref RecordReader reader)
    {
        var status = TryReadCgroup(ref reader, out var body, out var path, out var hostName);
        if (status == RecordStatus.Ok)
        {
            var made = stores.Containers.Made(body, path, _at);
            Identify(reader, wasThere: !_counted);
            WriteCgroup(reader, body, path, hostName);
            if (made is not null)
            {
                Describe(reader, hostName);
                Derive(EventIds.ContainerCreate, made);
            }
        }

        return status;
    }

    private RecordStatus CgroupRmdir(ref RecordReader reader)
    {
        var status = TryReadCgroup(ref reader, out var body, out var path, out var hostName);
        if (status == RecordStatus.Ok)
        {
            var ended = stores.Containers.Removed(body, _at);
            WriteCgroup(reader, body, path, hostName);
            if (ended is not null)
            {
                Describe(reader, hostName);
                Derive(EventIds.ContainerRemove, ended);
            }
        }

        return status;
    }

    private RecordStatus SnapshotCgroup(ref RecordReader reader)
    {
        var status = TryReadCgroup(ref reader, out var body, out var path, out _);
        if (status != RecordStatus.Ok)
        {
            return status;
        }

        var existing = stores.Containers.Existing(body, path, _at);
        Identify(reader, wasThere: true);
        if (existing is not null && _isFirstSnapshot)
        {
            DescribeOwn(reader.Head.Cpu, reader.Head.Sequence);
            Derive(EventIds.ExistingContainer, existing);
        }

        return OfSnapshot();
    }

    private RecordStatus SnapshotEnd(ref RecordReader reader)
    {
        var status = TryRead(ref reader, out SnapshotEndBody body, out _);
        if (status != RecordStatus.Ok)
        {
            return status;
        }

        _gone.Clear();
        stores.Processes.SnapshotEnded(reader.Head, body.Shown, FactPosition.Of(_at.Position));
        stores.Containers.SnapshotEnded(_at, _gone);
        _isFirstSnapshot = false;
        foreach (var container in _gone)
        {
            DescribeOwn(reader.Head.Cpu, reader.Head.Sequence);
            Derive(EventIds.ContainerRemove, container);
        }

        return OfSnapshot();
    }

    // The record that told of a container first is what its own events are identified by. One that an earlier enricher has told,
    // or a snapshot, speaks of a container that is older than this enricher.
    private void Identify(in RecordReader reader, bool wasThere)
    {
        var fresh = stores.Containers.Fresh;
        for (var i = fresh.Count - 1; i >= 0 && !fresh[i].Identified; i--)
        {
            fresh[i].Identify(reader.Head.Cpu, reader.Head.Sequence);
            fresh[i].WasThere = wasThere;
        }
    }

    private RecordStatus CgroupAttachTask(ref RecordReader reader)
    {
        var status = TryRead(ref reader, out CgroupAttachBody body, out var hostName);
        if (status != RecordStatus.Ok || (status = reader.TryReadPart(out var path)) != RecordStatus.Ok)
        {
            return status;
        }

        var writer = BeginEvent(reader, hostName);
        writer.Text(path);
        writer.Text(RecordReader.Text(in body.Comm));
        writer.Number(body.Pid);
        return status;
    }

    private static RecordStatus TryReadCgroup(ref RecordReader reader, out CgroupBody body, out ReadOnlySpan<byte> path, out ReadOnlySpan<byte> hostName)
    {
        path = default;
        var status = TryRead(ref reader, out body, out hostName);
        return status == RecordStatus.Ok ? reader.TryReadPart(out path) : status;
    }

    private void WriteCgroup(in RecordReader reader, in CgroupBody body, ReadOnlySpan<byte> path, ReadOnlySpan<byte> hostName)
    {
        if (!IsWanted(reader.Head))
        {
            return;
        }

        var writer = BeginEvent(reader, hostName);
        writer.Unsigned(body.CgroupId);
        writer.Text(path);
        writer.Number(body.HierarchyId);
    }
}
