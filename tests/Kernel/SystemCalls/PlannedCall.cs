using System.Globalization;
using System.Text;
using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Tests.Kernel.SystemCalls;

/// <summary>A system call that the trigger is told to make: harmless, with an argument of its own in each place.</summary>
/// <param name="Call">The call.</param>
/// <param name="Arguments">What it is given, in the event's order, as the trigger reads it.</param>
/// <param name="Flags">What the trigger is to mind.</param>
public sealed record PlannedCall(SystemCall Call, IReadOnlyList<string> Arguments, string Flags = "-")
{
    private const ulong Garbage = 0xdead_0000_0000_0000;

    /// <summary>The event.</summary>
    public EventDefinition Event { get; } = EventCatalog.Find(Call.EventId!.Value)!;

    private bool Compat => Call.Abi == SystemCallAbi.I386;

    /// <summary>Arguments that no call does anything with: numbers of nothing, addresses of nothing, names of nothing.</summary>
    public static PlannedCall Of(SystemCall call, IReadOnlyDictionary<string, string[]> special, string flags)
    {
        var definition = EventCatalog.Find(call.EventId!.Value)!;
        if (special.TryGetValue(definition.Name, out var given))
        {
            return new PlannedCall(call, given, flags);
        }

        var arguments = new string[definition.Arguments.Count];
        for (var i = arguments.Length - 1; i >= 0; i--)
        {
            arguments[i] = call.Arguments[i].Kind switch
            {
                SystemCallArgumentKind.Plain => Number(call, definition, i),
                SystemCallArgumentKind.Text or SystemCallArgumentKind.Counted => $"s:tm/{definition.Name}/{i}",
                SystemCallArgumentKind.Texts or SystemCallArgumentKind.Texts32 => $"l:first-{i},second-{i}",
                SystemCallArgumentKind.Time => "t:1,500000000",
                SystemCallArgumentKind.Time32 => "T:0,250000",
                SystemCallArgumentKind.Address => "a:02001f907f000001",
                SystemCallArgumentKind.Peer => "a:00000000000000000000000000000000",
                _ => "b:64",
            };
            if (call.Arguments[i].Kind is SystemCallArgumentKind.Address or SystemCallArgumentKind.Counted)
            {
                arguments[i + 1] = "n:8";
            }
        }

        return new PlannedCall(call, arguments, flags);
    }

    /// <summary>The trigger's line.</summary>
    public string Line()
    {
        var registers = Enumerable.Repeat("n:0", SystemCallTable.Registers).ToArray();
        for (var i = 0; i < Arguments.Count; i++)
        {
            var source = Call.Arguments[i].Source;
            var register = (int)(source & SystemCallArgumentSource.Register);
            if ((source & SystemCallArgumentSource.Pair) != 0)
            {
                var value = Value(i);
                registers[register] = Hex((uint)value);
                registers[register + 1] = Hex(value >> 32);
            }
            else
            {
                registers[register] = Arguments[i];
            }
        }

        return $"{(Compat ? 'c' : 'x')} {Call.Number} {(Call.Indirect ? "i" : Flags)} {string.Join(' ', registers)}";
    }

    /// <summary>The number an argument was given.</summary>
    public ulong Value(int index) => ulong.Parse(Arguments[index][2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>What of a number the event shows.</summary>
    public long Shown(int index) => Shown(Event.Arguments[index].Type, Value(index), Call.Arguments[index].Source);

    /// <summary>What of the register of a record the event shows.</summary>
    public static long Shown(ArgumentType type, ulong value, SystemCallArgumentSource source) => type switch
    {
        ArgumentType.Int => (int)value,
        ArgumentType.UInt => (uint)value,
        ArgumentType.UShort => (ushort)value,
        _ when (source & SystemCallArgumentSource.Signed) != 0 => (int)value,
        _ => (long)value,
    };

    /// <summary>The bytes an argument points at, which the record is to have; null where only its success tells.</summary>
    public byte[]? Bytes(int index) => Arguments[index] is [var form, ':', .. var text]
        ? form switch
        {
            's' => Encoding.UTF8.GetBytes(text),
            'l' => Encoding.UTF8.GetBytes(string.Concat(text.Split(',').Select(t => t + "\0"))),
            'a' => Convert.FromHexString(text),
            't' => [.. text.Split(',').SelectMany(n => BitConverter.GetBytes(long.Parse(n, CultureInfo.InvariantCulture)))],
            'T' => [.. text.Split(',').SelectMany(n => BitConverter.GetBytes(int.Parse(n, CultureInfo.InvariantCulture)))],
            _ => null,
        }
        : null;

    private static string Number(SystemCall call, EventDefinition definition, int index)
    {
        var wide = call.Abi == SystemCallAbi.X64;
        var pair = (call.Arguments[index].Source & SystemCallArgumentSource.Pair) != 0;
        var garbage = wide ? Garbage : 0;
        return definition.Arguments[index].Type switch
        {
            ArgumentType.Int => Hex(garbage | (0x7ffffff0u + (uint)index)),
            ArgumentType.UInt => Hex(garbage | (0xfffffff0u + (uint)index)),
            ArgumentType.UShort => Hex(garbage | 0x18001),
            ArgumentType.Long => Hex(wide || pair ? (ulong)(-3L - index) : (uint)(-3 - index)),
            ArgumentType.ULong => Hex(wide || pair ? 0xffff_ffff_ffff_fff0 + (ulong)index : 0xffff_fff0u + (uint)index),
            _ => Hex(0x1001 + (16 * (ulong)index)),
        };
    }

    private static string Hex(ulong value) => string.Create(CultureInfo.InvariantCulture, $"n:{value:x}");
}
