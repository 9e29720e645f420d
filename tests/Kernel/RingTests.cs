using System.Runtime.InteropServices;
using TraceeMesh.Collector.Kernel;
using Xunit;

namespace TraceeMesh.Tests.Kernel;

/// <summary>The ring's reader over a file laid out like the kernel's ring: needs neither root nor BTF.</summary>
public sealed class RingTests : IDisposable
{
    private const uint Size = 4096;
    private const uint Busy = 1u << 31;
    private const uint Discarded = 1u << 30;
    private readonly FileStream _file;
    private readonly Ring _ring;

    public RingTests()
    {
        _file = new FileStream(
            Path.GetTempFileName(),
            new FileStreamOptions { Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose, Mode = FileMode.Open, BufferSize = 0 });
        _file.SetLength((2 * Environment.SystemPageSize) + (2 * Size));
        _ring = new Ring((int)_file.SafeFileHandle.DangerousGetHandle(), Size);
    }

    [Fact]
    public void TryRead_RecordComplete_GivesItAndDoesNotRelease()
    {
        Write(0, 12, "twelve bytes"u8);
        Produce(24);

        Assert.True(_ring.TryRead(out var record));
        Assert.Equal("twelve bytes"u8.ToArray(), record.ToArray());
        Assert.Equal(24, _ring.ReadPosition);
        Assert.Equal(24, _ring.Occupied);
        _ring.Release(24);
        Assert.Equal(0, _ring.Occupied);
        Assert.False(_ring.TryRead(out _));
    }

    [Fact]
    public void TryRead_RecordBusy_Waits()
    {
        Write(0, 8 | Busy, "12345678"u8);
        Produce(16);
        Assert.False(_ring.TryRead(out _));

        Write(0, 8, "12345678"u8);
        Assert.True(_ring.TryRead(out _));
    }

    [Fact]
    public void TryRead_RecordDiscarded_IsSkipped()
    {
        Write(0, 8 | Discarded, "12345678"u8);
        Write(16, 1, "x"u8);
        Produce(32);

        Assert.True(_ring.TryRead(out var record));
        Assert.Equal("x"u8.ToArray(), record.ToArray());
    }

    [Theory]
    [InlineData(100u, 16)]
    [InlineData(61448u, 70000)]
    [InlineData(0x3fffffffu, 4096)]
    public void TryRead_LengthBeyondTheRing_Throws(uint length, int produced)
    {
        Write(0, length, []);
        Produce((ulong)produced);

        Assert.Throws<InvalidDataException>(() => _ring.TryRead(out _));
    }

    [Fact]
    public void Release_NotReadYet_Throws()
    {
        Produce(16);

        Assert.Throws<ArgumentOutOfRangeException>(() => _ring.Release(16));
    }

    public void Dispose()
    {
        _ring.Dispose();
        _file.Dispose();
    }

    private void Produce(ulong position) => WriteAt(Environment.SystemPageSize, MemoryMarshal.AsBytes([position]));

    private void Write(int at, uint header, ReadOnlySpan<byte> bytes)
    {
        var start = (2 * Environment.SystemPageSize) + at;
        WriteAt(start, MemoryMarshal.AsBytes([header]));
        WriteAt(start + 8, bytes);
    }

    private void WriteAt(int offset, ReadOnlySpan<byte> bytes) => RandomAccess.Write(_file.SafeFileHandle, bytes, offset);
}
