using System.Globalization;
using System.Text;
using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Tests.Kernel.SystemCalls;

/// <summary>What the trigger knows of a call that it made.</summary>
/// <param name="ProcessId">The process that made it.</param>
/// <param name="Result">What it returned; 0 where it did not.</param>
/// <param name="Registers">What its registers held.</param>
/// <param name="Pair">Two ints that the first register points at.</param>
/// <param name="Directory">Where it was made.</param>
public sealed record MadeCall(int ProcessId, long Result, ulong[] Registers, int[] Pair, string Directory)
{
    /// <summary>Reads the trigger's line.</summary>
    public static MadeCall Parse(string line, string directory)
    {
        var fields = line.Split(' ');
        return new MadeCall(
            int.Parse(fields[0], CultureInfo.InvariantCulture),
            long.Parse(fields[1], CultureInfo.InvariantCulture),
            [.. fields[2..8].Select(f => ulong.Parse(f, NumberStyles.HexNumber, CultureInfo.InvariantCulture))],
            [.. fields[8..].Select(f => int.Parse(f, CultureInfo.InvariantCulture))],
            directory);
    }

    /// <summary>A result of the kernel as the trigger sees it: a 32-bit call gives 32 bits.</summary>
    public static long Shown(SystemCallAbi abi, long result) => abi == SystemCallAbi.I386 && result >= 0 ? (int)result : result;

    /// <summary>What a record is to have of the memory an argument points at.</summary>
    public byte[] Expected(PlannedCall planned, int index) => planned.Call.Arguments[index].Kind switch
    {
        SystemCallArgumentKind.Pair => Result < 0 ? [] : [.. BitConverter.GetBytes(Pair[0]), .. BitConverter.GetBytes(Pair[1])],
        SystemCallArgumentKind.Result when Result <= 0 => [],
        SystemCallArgumentKind.Result when planned.Event.Name == "getcwd" => [.. Encoding.UTF8.GetBytes(Directory), 0],
        SystemCallArgumentKind.Result => Encoding.UTF8.GetBytes("target-of-the-link"),
        SystemCallArgumentKind.Peer => [],
        SystemCallArgumentKind.Counted => planned.Bytes(index)![..(int)planned.Value(index + 1)],
        SystemCallArgumentKind.Time when planned.Arguments[index][0] == 'b' => new byte[16],
        SystemCallArgumentKind.Time32 => planned.Arguments[index][0] == 'b' ? new byte[8] : planned.Bytes(index)!,
        _ => planned.Bytes(index)!,
    };
}
