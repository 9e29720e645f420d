using TraceeMesh.Contracts.Records;

namespace TraceeMesh.Enricher.Decoding;

/// <content>Records of files.</content>
public sealed partial class FrameDecoder
{
    private RecordStatus FileOpen(ref RecordReader reader)
    {
        ReadOnlySpan<byte> pathname = default, syscallPathname = default;
        var status = TryRead(ref reader, out FileOpenBody body, out var hostName);
        if (status != RecordStatus.Ok
            || (status = reader.TryReadPart(out pathname)) != RecordStatus.Ok
            || (status = reader.TryReadPart(out syscallPathname)) != RecordStatus.Ok)
        {
            return status;
        }

        var writer = BeginEvent(reader, hostName);
        writer.Text(pathname);
        writer.Number(body.Flags);
        writer.Number(body.Dev);
        writer.Unsigned(body.Inode);
        writer.Unsigned(body.Ctime);
        writer.Text(syscallPathname);
        return status;
    }

    private RecordStatus Rename(ref RecordReader reader)
    {
        ReadOnlySpan<byte> oldDirectory = default, oldName = default, newDirectory = default, newName = default;
        var status = TryRead(ref reader, out RenameBody _, out var hostName);
        if (status != RecordStatus.Ok
            || (status = reader.TryReadPart(out oldDirectory)) != RecordStatus.Ok
            || (status = reader.TryReadPart(out oldName)) != RecordStatus.Ok
            || (status = reader.TryReadPart(out newDirectory)) != RecordStatus.Ok
            || (status = reader.TryReadPart(out newName)) != RecordStatus.Ok)
        {
            return status;
        }

        var writer = BeginEvent(reader, hostName);
        writer.Text(RenamePath.Join(oldDirectory, oldName, _oldPath));
        writer.Text(RenamePath.Join(newDirectory, newName, _newPath));
        return status;
    }
}
