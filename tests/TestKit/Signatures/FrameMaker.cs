using System.Text;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.MessagePack;

namespace TraceeMesh.TestKit.Signatures;

/// <summary>Makes event frames by hand.</summary>
public static class FrameMaker
{
    /// <summary>The bytes of a frame with these events.</summary>
    public static byte[] Encode(EventFrameHeader header, params IReadOnlyList<Event> events)
    {
        using var encoded = new EventWriter();
        foreach (var e in events)
        {
            Write(encoded, e, Encoding.UTF8.GetBytes(header.HostName));
        }

        using var frame = new MessagePackWriter();
        EventFrameCodec.Write(frame, header with { Count = events.Count }, encoded.WrittenSpan);
        return frame.WrittenSpan.ToArray();
    }

    private static void Write(EventWriter writer, Event e, byte[] hostName)
    {
        writer.BeginEvent(e.Context, e.Definition, hostName);
        for (var i = 0; i < e.Definition.Arguments.Count; i++)
        {
            if (!e.Arguments[i].Present)
            {
                writer.Absent();
                continue;
            }

            switch (e.Definition.Arguments[i].Type)
            {
                case ArgumentType.Text:
                    writer.Text(e.GetText(i).Bytes);
                    break;
                case ArgumentType.TextList:
                    writer.TextList(Encoding.UTF8.GetBytes(string.Concat(e.GetTexts(i).ToArray().Select(t => $"{t}\0"))));
                    break;
                case ArgumentType.Bool:
                    writer.Bool(e.GetNumber(i) != 0);
                    break;
                case ArgumentType.Float:
                    writer.Float(BitConverter.Int64BitsToDouble(e.GetNumber(i)));
                    break;
                default:
                    writer.Number(e.GetNumber(i));
                    break;
            }
        }
    }
}
