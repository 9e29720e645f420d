using TraceeMesh.Capture;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Tests.Unit.Capture;

/// <summary>A capture with one of each kind of entry, in several blocks.</summary>
internal static class SmallCapture
{
    public const int Blocks = 4;

    public static readonly CaptureOrigin Origin = new("node-a", "6.18", "0.1.0", 1_000);

    public static readonly CapturedAnswer Answer = new("c0ffee", 17, "")
    {
        Name = "cart-0",
        Image = "shop/cart:1",
        ImageDigest = "sha256:1",
        PodName = "p",
        PodNamespace = "ns",
        PodUid = "u",
        PodSandbox = true,
        Labels = new Dictionary<string, string> { ["app"] = "cart" },
    };

    public static readonly CapturedSource Source = new("shop", "prices", 3, """{"price":"int"}""", ["string"]);

    public static readonly CapturedValue Value = new(5, "shop", "prices", DataValue.Of("tea"), DataValue.MapOf(("price", DataValue.Of(7))));

    public static byte[] Bytes(bool ends = true)
    {
        var output = new MemoryStream();
        using (var writer = new CaptureWriter(output, Origin))
        {
            writer.Write(Frame(100));
            writer.Flush();
            writer.Write(Answer);
            writer.Write(Source);
            writer.Write(Value);
            writer.Write(Frame(101));
            writer.Flush();
            if (ends)
            {
                writer.End(2);
            }
        }

        return output.ToArray();
    }

    public static CapturedFrame Frame(long first)
    {
        using var writer = new MessagePackWriter();
        RawFrameCodec.Write(
            writer,
            new RawFrameHeader { Node = "node-a", BootId = "b", LoadId = 9, FirstOffset = first, Count = 0, Settled = first, BootEpoch = 0, Selected = new EventSet(), HostName = "h" },
            []);
        return new CapturedFrame(first * 1000, writer.WrittenSpan.ToArray());
    }

    /// <summary>Everything that can be read, and what cannot.</summary>
    public static (List<CaptureEntry> Entries, CaptureReader Reader) Read(byte[] bytes)
    {
        var reader = new CaptureReader(new MemoryStream(bytes));
        var entries = new List<CaptureEntry>();
        while (reader.TryRead(out var entry))
        {
            entries.Add(entry);
        }

        return (entries, reader);
    }
}
