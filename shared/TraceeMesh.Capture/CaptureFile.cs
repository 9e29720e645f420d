using TraceeMesh.Contracts.Frames;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Capture;

/// <summary>
/// A capture, looked through once: what the enricher and the data sources of the mesh knew is in memory, the frames are read from
/// the file again each time. Answers may lie behind the frames they belong to, so that this order is the only one that works.
/// </summary>
public sealed class CaptureFile
{
    private readonly Func<Stream> _open;

    private CaptureFile(Func<Stream> open) => _open = open;

    /// <summary>Where and when it was made; of a capture whose beginning is damaged as far as its frames tell.</summary>
    public CaptureOrigin Origin { get; private set; } = new("", "", "", 0);

    /// <summary>What runtimes answered, in the order of the file.</summary>
    public IReadOnlyList<CapturedAnswer> Answers { get; private set; } = [];

    /// <summary>The data sources of the mesh.</summary>
    public IReadOnlyList<CapturedSource> Sources { get; private set; } = [];

    /// <summary>What they held, in the order of the file.</summary>
    public IReadOnlyList<CapturedValue> Values { get; private set; } = [];

    /// <summary>How many frames there are.</summary>
    public long FrameCount { get; private set; }

    /// <summary>How many records those hold whose header can be read.</summary>
    public long Records { get; private set; }

    /// <summary>Frames that the recorder missed.</summary>
    public long Missed { get; private set; }

    /// <summary>Answers and values that were not kept for lack of room.</summary>
    public long FactsDropped { get; private set; }

    /// <summary>When the first frame arrived, ns since the epoch.</summary>
    public long First { get; private set; }

    /// <summary>When the last frame arrived, ns since the epoch.</summary>
    public long Last { get; private set; }

    /// <summary>Whether it was recorded to its end.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>The places that cannot be read.</summary>
    public IReadOnlyList<CaptureDamage> Damages { get; private set; } = [];

    /// <summary>How many there are.</summary>
    public long DamageCount { get; private set; }

    /// <summary>Looks through a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CaptureException">Nothing of it can be read as a capture.</exception>
    /// <exception cref="IOException">It cannot be read at all.</exception>
    public static CaptureFile Open(string path) => Open(() => File.OpenRead(path));

    /// <summary>Looks through a capture.</summary>
    /// <param name="open">Opens its bytes, each time anew; seekable.</param>
    /// <exception cref="CaptureException">Nothing of it can be read as a capture.</exception>
    public static CaptureFile Open(Func<Stream> open)
    {
        var capture = new CaptureFile(open);
        capture.Look();
        return capture;
    }

    /// <summary>Its frames, in their order.</summary>
    public IEnumerable<CapturedFrame> Frames()
    {
        using var input = _open();
        var reader = new CaptureReader(input);
        while (reader.TryRead(out var entry))
        {
            if (entry is CapturedFrame frame)
            {
                yield return frame;
            }
        }
    }

    private void Look()
    {
        var answers = new List<CapturedAnswer>();
        var sources = new List<CapturedSource>();
        var values = new List<CapturedValue>();
        using var input = _open();
        var reader = new CaptureReader(input);
        while (reader.TryRead(out var entry))
        {
            var room = answers.Count + sources.Count + values.Count < CaptureLimits.Facts;
            switch (entry)
            {
                case CaptureOrigin origin:
                    Origin = origin;
                    break;
                case CapturedFrame frame:
                    Count(frame);
                    break;
                case CaptureEnd end:
                    Missed += end.Missed;
                    break;
                case CapturedAnswer answer when room:
                    answers.Add(answer);
                    break;
                case CapturedSource source when room:
                    sources.Add(source);
                    break;
                case CapturedValue value when room:
                    values.Add(value);
                    break;
                default:
                    FactsDropped++;
                    break;
            }
        }

        (Answers, Sources, Values) = (answers, sources, values);
        (Damages, DamageCount, IsWhole) = (reader.Damages, reader.DamageCount, reader.IsWhole);
    }

    private void Count(CapturedFrame frame)
    {
        First = FrameCount == 0 ? frame.Arrived : First;
        Last = frame.Arrived;
        FrameCount++;
        if (RawFrameCodec.TryRead(frame.Message, out RawFrameHeader header, out _) != FrameStatus.Ok)
        {
            return;
        }

        Records += header.Count;
        if (Origin.Node.Length == 0)
        {
            Origin = Origin with { Node = header.Node, Recorded = frame.Arrived };
        }
    }
}
