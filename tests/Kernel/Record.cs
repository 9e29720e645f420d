using System.Text;
using TraceeMesh.Contracts.Records;
using Xunit;

namespace TraceeMesh.Tests.Kernel;

/// <summary>A record, copied from the ring and read to its end by the reader that production uses.</summary>
public sealed class Record
{
    private readonly byte[] _bytes;

    private Record(byte[] bytes) => _bytes = bytes;

    public RecordHead Head { get; private init; }

    public int Event => Head.Event;

    public ReadOnlyMemory<byte> Bytes => _bytes;

    public string Comm
    {
        get
        {
            var head = Head;
            return Encoding.UTF8.GetString(RecordReader.Text(in head.Comm));
        }
    }

    public static Record Parse(ReadOnlySpan<byte> bytes)
    {
        var rest = bytes;
        Assert.Equal(RecordStatus.Ok, RecordReader.TryOpen(ref rest, out var reader));
        Assert.True(rest.IsEmpty, "bytes behind the record");
        return new Record(bytes.ToArray()) { Head = reader.Head };
    }

    /// <summary>The body, and the tail as text with its lists cut at their NULs by the caller.</summary>
    public (T Body, string[] Tail) Read<T>()
        where T : unmanaged
    {
        ReadOnlySpan<byte> rest = _bytes;
        Assert.Equal(RecordStatus.Ok, RecordReader.TryOpen(ref rest, out var reader));
        Assert.Equal(RecordStatus.Ok, reader.TryReadBody<T>(out var body));
        var tail = new string[Head.Parts];
        var length = 0;
        for (var i = 0; i < tail.Length; i++)
        {
            Assert.Equal(RecordStatus.Ok, reader.TryReadPart(out var part));
            tail[i] = Encoding.UTF8.GetString(part);
            length += sizeof(ushort) + part.Length;
        }

        Assert.Equal(_bytes.Length, System.Runtime.CompilerServices.Unsafe.SizeOf<RecordHead>() + System.Runtime.CompilerServices.Unsafe.SizeOf<T>() + length);
        return (body, (Head.Flags & RecordFlags.UtsPrivate) != 0 ? tail[1..] : tail);
    }

    /// <summary>The body, and the parts of the tail as bytes.</summary>
    public (T Body, byte[][] Parts) ReadRaw<T>()
        where T : unmanaged
    {
        ReadOnlySpan<byte> rest = _bytes;
        Assert.Equal(RecordStatus.Ok, RecordReader.TryOpen(ref rest, out var reader));
        Assert.Equal(RecordStatus.Ok, reader.TryReadBody<T>(out var body));
        var parts = new byte[Head.Parts][];
        for (var i = 0; i < parts.Length; i++)
        {
            Assert.Equal(RecordStatus.Ok, reader.TryReadPart(out var part));
            parts[i] = part.ToArray();
        }

        return (body, parts);
    }

    /// <summary>The node name, which stands before the tail of tasks outside the init uts namespace.</summary>
    public string? NodeName<T>()
        where T : unmanaged
    {
        ReadOnlySpan<byte> rest = _bytes;
        Assert.Equal(RecordStatus.Ok, RecordReader.TryOpen(ref rest, out var reader));
        Assert.Equal(RecordStatus.Ok, reader.TryReadBody<T>(out _));
        if ((Head.Flags & RecordFlags.UtsPrivate) == 0)
        {
            return null;
        }

        Assert.Equal(RecordStatus.Ok, reader.TryReadPart(out var name));
        return Encoding.UTF8.GetString(name);
    }
}
