using TraceeMesh.Capture;
using Xunit;

namespace TraceeMesh.Tests.Unit.Capture;

public sealed class CaptureReaderTests
{
    [Fact]
    public void Entries_AreReadAsTheyWereWritten()
    {
        var (entries, reader) = SmallCapture.Read(SmallCapture.Bytes());

        Assert.Equal(
            [typeof(CaptureOrigin), typeof(CapturedFrame), typeof(CapturedAnswer), typeof(CapturedSource), typeof(CapturedValue), typeof(CapturedFrame), typeof(CaptureEnd)],
            entries.Select(e => e.GetType()));
        Assert.Equal(SmallCapture.Origin, entries[0]);
        var answer = Assert.IsType<CapturedAnswer>(entries[2]);
        Assert.Equal(SmallCapture.Answer.Labels, answer.Labels);
        Assert.Equal(SmallCapture.Answer, answer with { Labels = SmallCapture.Answer.Labels });
        Assert.Equal(SmallCapture.Value, entries[4]);
        Assert.Equal(SmallCapture.Frame(101).Message.ToArray(), Assert.IsType<CapturedFrame>(entries[5]).Message.ToArray());
        Assert.Equal(new CaptureEnd(2, 2), entries[6]);
        Assert.True(reader.IsWhole);
        Assert.Empty(reader.Damages);
    }

    [Fact]
    public void File_CutAnywhere_GivesEverythingBeforeTheCut_AndSaysWhere()
    {
        var bytes = SmallCapture.Bytes();
        var whole = SmallCapture.Read(bytes).Entries;
        var last = -1;
        for (var length = 16; length < bytes.Length; length++)
        {
            var (entries, reader) = SmallCapture.Read(bytes[..length]);

            Assert.True(entries.Count >= last, $"fewer entries of {length} bytes than of {length - 1}");
            Assert.Equal(whole.Take(entries.Count).Select(e => e.GetType()), entries.Select(e => e.GetType()));
            Assert.False(reader.IsWhole);
            Assert.True(reader.Damages.Count == 0 || reader.Damages[0].Reason.Contains($"offset {length}", StringComparison.Ordinal));
            last = entries.Count;
        }

        Assert.InRange(last, whole.Count - 1, whole.Count);
    }

    [Fact]
    public void Block_CutInItsMiddle_GivesItsFirstEntries()
    {
        var output = new MemoryStream();
        using (var writer = new CaptureWriter(output, SmallCapture.Origin))
        {
            var random = new Random(3);
            for (var i = 0; i < 100; i++)
            {
                var message = new byte[1000];
                random.NextBytes(message);
                writer.Write(new CapturedFrame(i, message));
            }
        }

        var bytes = output.ToArray();
        var (entries, reader) = SmallCapture.Read(bytes[..(bytes.Length / 2)]);

        Assert.InRange(entries.Count, 40, 60);
        Assert.Single(reader.Damages);
    }

    [Fact]
    public void File_WithAFlippedBit_LosesOneBlockAtMost_AndSaysWhere()
    {
        var bytes = SmallCapture.Bytes();
        for (var i = 16; i < bytes.Length; i++)
        {
            var damaged = bytes.ToArray();
            damaged[i] ^= 0x10;
            var (entries, reader) = SmallCapture.Read(damaged);

            var damage = Assert.Single(reader.Damages);
            Assert.InRange(damage.Offset, 16, i);
            Assert.InRange(entries.Count, 7 - 4, 6);
        }
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("PK\u0003\u0004 something else altogether", "not a capture")]
    [InlineData("TMCAPT", "cut at offset 6")]
    public void File_ThatIsNoCapture_IsRefusedWithTheReason(string content, string reason)
    {
        var refused = Assert.Throws<CaptureException>(() => new CaptureReader(new MemoryStream(System.Text.Encoding.ASCII.GetBytes(content))));

        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void File_OfALaterVersion_IsRefusedByItsNumber()
    {
        var bytes = SmallCapture.Bytes();
        CaptureBytes.SetVersion(bytes, 2);

        var refused = Assert.Throws<CaptureException>(() => new CaptureReader(new MemoryStream(bytes)));

        Assert.Contains("version 2 (offset 8)", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void File_WhoseRecordingWasInterrupted_SaysSo()
    {
        var capture = CaptureFile.Open(() => new MemoryStream(SmallCapture.Bytes(ends: false)));

        Assert.False(capture.IsWhole);
        Assert.Equal(2, capture.FrameCount);
        Assert.Equal(0, capture.DamageCount);
    }

    [Fact]
    public void Bytes_OfAnyKind_NeverThrow()
    {
        var random = new Random(1);
        var bytes = SmallCapture.Bytes();
        for (var round = 0; round < 3000; round++)
        {
            var hostile = bytes.ToArray();
            for (var change = random.Next(1, 12); change > 0; change--)
            {
                hostile[random.Next(16, hostile.Length)] = (byte)random.Next(256);
            }

            // A block that claims to be whole: what is inside is read by the entries' own decoder.
            CaptureBytes.SignBlocks(hostile);
            SmallCapture.Read(hostile[..random.Next(16, hostile.Length + 1)]);
        }
    }

    [Fact]
    public void Entries_OfAnyKind_NeverThrow()
    {
        var random = new Random(2);
        using var writer = new TraceeMesh.MessagePack.MessagePackWriter();
        foreach (var entry in new CaptureEntry[] { SmallCapture.Origin, SmallCapture.Answer, SmallCapture.Source, SmallCapture.Value, SmallCapture.Frame(1), new CaptureEnd(1, 1) })
        {
            writer.Reset();
            CaptureBytes.Encode(writer, entry);
            for (var round = 0; round < 2000; round++)
            {
                var hostile = writer.WrittenSpan.ToArray();
                for (var change = random.Next(1, 4); change > 0; change--)
                {
                    hostile[random.Next(hostile.Length)] = (byte)random.Next(256);
                }

                var block = CaptureBytes.OfBlock(hostile);
                SmallCapture.Read(block);
            }
        }
    }
}
