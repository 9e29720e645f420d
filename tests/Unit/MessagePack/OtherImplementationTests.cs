using System.Diagnostics;
using TraceeMesh.Contracts;
using TraceeMesh.MessagePack;
using Xunit;

namespace TraceeMesh.Tests.Unit.MessagePack;

/// <summary>Values as Debian's python3-msgpack encodes them: read alike, and written to the same bytes.</summary>
public sealed class OtherImplementationTests
{
    private const string Program = """
        import msgpack
        values = [None, True, False, 0, 1, 127, 128, 255, 256, 65535, 65536, 2**32 - 1, 2**32, 2**63 - 1, 2**63, 2**64 - 1,
                  -1, -32, -33, -128, -129, -32768, -32769, -2**31, -2**31 - 1, -2**63, 0.0, 1.5, -1e300,
                  "", "a", "ü" * 15, "x" * 31, "x" * 32, "x" * 255, "x" * 256, "x" * 70000,
                  b"", b"\0\xff", b"y" * 255, b"y" * 256, b"y" * 70000,
                  [], [1, "two", [3.5, None]], list(range(15)), list(range(16)), list(range(70000)),
                  {}, {"a": 1, "b": {"c": [True]}}, {str(i): i for i in range(16)}, {str(i): i for i in range(70000)}]
        for value in values:
            print(msgpack.packb(value, use_bin_type=True).hex())
        """;

    [Fact]
    public void EveryKindOfValue_ReadsAndWritesAlike()
    {
        var lines = Run();

        Assert.Equal(51, lines.Count);
        using var writer = new MessagePackWriter();
        foreach (var line in lines)
        {
            var bytes = Convert.FromHexString(line);
            var reader = new MessagePackReader(bytes);
            Assert.True(DataValueCodec.TryRead(ref reader, out var value), line[..Math.Min(40, line.Length)]);
            Assert.True(reader.AtEnd);
            writer.Reset();
            DataValueCodec.Write(writer, value);
            Assert.Equal(line, Convert.ToHexStringLower(writer.WrittenSpan));
        }

        Assert.Equal(DataKind.Nil, Read(lines[0]).Kind);
        Assert.Equal(ulong.MaxValue, Read(lines[15]).Unsigned);
        Assert.Equal(long.MinValue, Read(lines[25]).Integer);
        Assert.Equal("two", Read(lines[43]).List[1].Text);
        Assert.True(Read(lines[48])["b"]["c"].List[0].Bool);
    }

    private static DataValue Read(string hex)
    {
        var reader = new MessagePackReader(Convert.FromHexString(hex));
        Assert.True(DataValueCodec.TryRead(ref reader, out var value));
        return value;
    }

    // Debian's own interpreter: it is the one that finds Debian's packages.
    private static List<string> Run()
    {
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", Program]) { RedirectStandardOutput = true })!;
        var output = python.StandardOutput.ReadToEnd();
        python.WaitForExit();
        Assert.Equal(0, python.ExitCode);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }
}
