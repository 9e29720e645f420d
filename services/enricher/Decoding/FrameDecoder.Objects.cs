using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Records;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Enricher.Decoding;

/// <content>Records of events that are read from kernel objects.</content>
public sealed partial class FrameDecoder
{
    private readonly CredentialsWriter _credentials = new();

    /// <summary>Records that are laid out like their event's arguments.</summary>
    private RecordStatus Arguments(ref RecordReader reader)
    {
        var types = EventCatalog.Find(reader.Head.Event)!.Types;
        Span<long> numbers = stackalloc long[RecordLimits.ArgumentNumbersMax];
        var status = TryReadNumbers(ref reader, numbers[..NumbersOf(types)], out var hostName);
        var parts = reader;
        for (var i = 0; i < types.Length && status == RecordStatus.Ok; i++)
        {
            status = IsPart(types[i]) ? parts.TryReadPart(out _) : status;
        }

        if (status != RecordStatus.Ok)
        {
            return status;
        }

        var writer = BeginEvent(reader, hostName);
        var number = 0;
        foreach (var type in types)
        {
            if (IsPart(type))
            {
                _ = reader.TryReadPart(out var part);
                WritePart(writer, type, part);
            }
            else
            {
                WriteNumber(writer, type, numbers[number..]);
                number += NumbersOf(type);
            }
        }

        return status;
    }

    // What a removed file was cannot be read any more; its name stands in the caller's memory.
    private RecordStatus Unlink(ref RecordReader reader)
    {
        var status = TryReadNumbers(ref reader, [], out var hostName);
        if (status != RecordStatus.Ok || (status = TryReadName(ref reader, out var directory, out var name)) != RecordStatus.Ok)
        {
            return status;
        }

        var writer = BeginEvent(reader, hostName);
        writer.Text(RenamePath.Join(directory, name, _oldPath));
        writer.Absent();
        writer.Absent();
        writer.Absent();
        return status;
    }

    private RecordStatus Mount(ref RecordReader reader)
    {
        ReadOnlySpan<byte> device = default, directory = default, name = default, type = default;
        Span<long> flags = stackalloc long[1];
        var status = TryReadNumbers(ref reader, flags, out var hostName);
        if (status != RecordStatus.Ok
            || (status = reader.TryReadPart(out device)) != RecordStatus.Ok
            || (status = TryReadName(ref reader, out directory, out name)) != RecordStatus.Ok
            || (status = reader.TryReadPart(out type)) != RecordStatus.Ok)
        {
            return status;
        }

        var writer = BeginEvent(reader, hostName);
        writer.Text(device);
        writer.Text(RenamePath.Join(directory, name, _oldPath));
        writer.Text(type);
        writer.Unsigned((ulong)flags[0]);
        return status;
    }

    // The kernel has let go of the binary by the time the call returns.
    private RecordStatus ExecuteFailed(ref RecordReader reader)
    {
        ReadOnlySpan<byte> pathname = default, stdinPath = default, argv = default, envp = default;
        Span<long> numbers = stackalloc long[4];
        var status = TryReadNumbers(ref reader, numbers, out var hostName);
        if (status != RecordStatus.Ok
            || (status = reader.TryReadPart(out pathname)) != RecordStatus.Ok
            || (status = reader.TryReadPart(out stdinPath)) != RecordStatus.Ok
            || (status = reader.TryReadPart(out argv)) != RecordStatus.Ok
            || (status = reader.TryReadPart(out envp)) != RecordStatus.Ok)
        {
            return status;
        }

        var writer = BeginEvent(reader, hostName);
        writer.Number((int)numbers[0]);
        writer.Number((int)numbers[1]);
        writer.Text(pathname);
        for (var unknown = 0; unknown < 6; unknown++)
        {
            writer.Absent();
        }

        writer.Number((ushort)numbers[2]);
        writer.Text(stdinPath);
        writer.Number((int)numbers[3]);
        writer.TextList(argv);
        writer.TextList(envp);
        return status;
    }

    private static RecordStatus TryReadName(scoped ref RecordReader reader, out ReadOnlySpan<byte> directory, out ReadOnlySpan<byte> name)
    {
        name = default;
        var status = reader.TryReadPart(out directory);
        return status == RecordStatus.Ok ? reader.TryReadPart(out name) : status;
    }

    private static RecordStatus TryReadNumbers(scoped ref RecordReader reader, scoped Span<long> numbers, out ReadOnlySpan<byte> hostName)
    {
        hostName = default;
        foreach (ref var number in numbers)
        {
            var status = reader.TryReadBody(out number);
            if (status != RecordStatus.Ok)
            {
                return status;
            }
        }

        return (reader.Head.Flags & RecordFlags.UtsPrivate) != 0 ? reader.TryReadPart(out hostName) : RecordStatus.Ok;
    }

    private static bool IsPart(ArgumentType type) =>
        type is ArgumentType.Text or ArgumentType.TextList or ArgumentType.Bytes or ArgumentType.SocketAddress;

    private static int NumbersOf(ArgumentType type) =>
        type == ArgumentType.Credentials ? CredentialsWriter.Numbers : IsPart(type) ? 0 : 1;

    private static int NumbersOf(ReadOnlySpan<ArgumentType> types)
    {
        var count = 0;
        foreach (var type in types)
        {
            count += NumbersOf(type);
        }

        return count;
    }

    private void WritePart(EventWriter writer, ArgumentType type, ReadOnlySpan<byte> part)
    {
        switch (type)
        {
            case ArgumentType.Text:
                writer.Text(part);
                break;
            case ArgumentType.TextList:
                writer.TextList(part);
                break;
            case ArgumentType.Bytes:
                writer.Bytes(part);
                break;
            default:
                WriteSocketAddress(writer, part);
                break;
        }
    }

    private void WriteNumber(EventWriter writer, ArgumentType type, ReadOnlySpan<long> numbers)
    {
        switch (type)
        {
            case ArgumentType.Credentials:
                writer.Structure(_credentials.Write(numbers));
                break;
            case ArgumentType.Bool:
                writer.Bool(numbers[0] != 0);
                break;
            case ArgumentType.Int:
                writer.Number((int)numbers[0]);
                break;
            case ArgumentType.UInt:
                writer.Number((uint)numbers[0]);
                break;
            case ArgumentType.UShort:
                writer.Number((ushort)numbers[0]);
                break;
            case ArgumentType.ULong or ArgumentType.Pointer:
                writer.Unsigned((ulong)numbers[0]);
                break;
            default:
                writer.Number(numbers[0]);
                break;
        }
    }

    private void WriteSocketAddress(EventWriter writer, ReadOnlySpan<byte> address)
    {
        if (address.Length < SocketAddress.FamilySize)
        {
            writer.Absent();
        }
        else
        {
            writer.Structure(_socketAddress.Write(address));
        }
    }
}
