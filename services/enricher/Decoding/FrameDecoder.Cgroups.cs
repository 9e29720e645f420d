using TraceeMesh.Contracts.Records;

namespace TraceeMesh.Enricher.Decoding;

/// <content>Records of cgroups.</content>
public sealed partial class FrameDecoder
{
    private RecordStatus CgroupMkdir(ref RecordReader reader)
    {
        var status = TryReadCgroup(ref reader, out var body, out var path, out var hostName);
        if (status == RecordStatus.Ok)
        {
            stores.Containers.Made(body, path, _at);
            WriteCgroup(reader, body, path, hostName);
        }

        return status;
    }

    private RecordStatus CgroupRmdir(ref RecordReader reader)
    {
        var status = TryReadCgroup(ref reader, out var body, out var path, out var hostName);
        if (status == RecordStatus.Ok)
        {
            stores.Containers.Removed(body, _at);
            WriteCgroup(reader, body, path, hostName);
        }

        return status;
    }

    private RecordStatus SnapshotCgroup(ref RecordReader reader)
    {
        var status = TryReadCgroup(ref reader, out var body, out var path, out _);
        if (status == RecordStatus.Ok)
        {
            stores.Containers.Existing(body, path, _at);
            return OfSnapshot();
        }

        return status;
    }

    private RecordStatus SnapshotEnd()
    {
        stores.Containers.SnapshotEnded(_at);
        return OfSnapshot();
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
