using System.Globalization;
using System.Text;
using System.Text.Json;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Cli.Events;

/// <summary>An event as one line for a person: time, name, process, the arguments that are there.</summary>
internal static class EventLine
{
    private const int MaxText = 120;

    public static string Format(Event e, bool named = false)
    {
        var line = new StringBuilder();
        var time = DateTimeOffset.UnixEpoch.AddTicks(e.Context.Timestamp / TimeSpan.NanosecondsPerTick);
        line.Append(CultureInfo.InvariantCulture, $"{time:HH:mm:ss.fff} {e.Definition.Name,-24} {Plain(e.Context.ProcessName.ToString())}[{e.Context.HostProcessId}]");
        for (var i = 0; i < e.Arguments.Length; i++)
        {
            if (e.Arguments[i].Present)
            {
                line.Append(CultureInfo.InvariantCulture, $" {e.Definition.Arguments[i].Name}={Name(e, i, named) ?? Value(e, i)}");
            }
        }

        return line.ToString();
    }

    private static string? Name(Event e, int index, bool named) => named ? ArgumentNames.Of(e.Definition, index, e.GetNumber(index)) : null;

    private static string Value(Event e, int index) => e.Definition.Arguments[index].Type switch
    {
        ArgumentType.TextList => $"[{Plain(Joined(e.GetTexts(index)))}]",
        ArgumentType.Text => Plain(e.GetText(index).ToString()),
        ArgumentType.Bytes => Convert.ToHexStringLower(e.GetText(index).Bytes),
        ArgumentType.Float => BitConverter.Int64BitsToDouble(e.GetNumber(index)).ToString(CultureInfo.InvariantCulture),
        ArgumentType.SocketAddress or ArgumentType.IntPair or ArgumentType.PacketMetadata or ArgumentType.ProtoDns => Plain(Structured(e.GetStructure(index))),
        ArgumentType.ULong or ArgumentType.Pointer => ((ulong)e.GetNumber(index)).ToString(CultureInfo.InvariantCulture),
        _ => e.GetNumber(index).ToString(CultureInfo.InvariantCulture),
    };

    private static string Structured(DataValue value)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            EventJson.WriteValue(json, value);
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }

    private static string Joined(ReadOnlySpan<Utf8Text> texts)
    {
        var all = new StringBuilder();
        foreach (var text in texts)
        {
            all.Append(all.Length > 0 ? " " : "").Append(text.ToString());
        }

        return all.ToString();
    }

    /// <summary>What a process wrote never reaches the terminal as a control.</summary>
    private static string Plain(string text)
    {
        var cut = text.Length > MaxText ? string.Concat(text.AsSpan(0, MaxText), "...") : text;
        return string.Concat(cut.Select(c => char.IsControl(c) ? ' ' : c));
    }
}
