using System.Collections.Frozen;
using System.Globalization;
using TraceeMesh.Contracts.Records;

namespace TraceeMesh.Contracts.Events;

/// <summary>
/// The system calls of an x86-64 kernel and the events they are, from SystemCalls.tsv, which says what its lines mean. Names,
/// arguments, their order and types are Tracee's.
/// </summary>
public static class SystemCallTable
{
    /// <summary>Registers, and so arguments, of a system call.</summary>
    public const int Registers = 6;

    private static readonly Dictionary<string, Definition> Named = [];

    /// <summary>Every entry of every table.</summary>
    public static IReadOnlyList<SystemCall> Calls { get; } = Read();

    /// <summary>The events that system calls are, by their number.</summary>
    public static IReadOnlyList<EventDefinition> Events { get; } = [.. Named.Values.Select(d => d.Event)];

    private static readonly FrozenDictionary<int, SystemCallArgumentKind[]> Kinds = Named.Values.ToFrozenDictionary(d => d.Event.Id, d => d.Kinds);

    private static readonly FrozenSet<int> Defaults = Named.Values.Where(d => d.IsDefault).Select(d => d.Event.Id).ToFrozenSet();

    private static readonly string[] X64Names = Names(SystemCallAbi.X64);

    private static readonly string[] I386Names = Names(SystemCallAbi.I386);

    /// <summary>Whether the event is in the selection of everything; the others are so frequent that they are asked for by name.</summary>
    public static bool IsDefault(int eventId) => Defaults.Contains(eventId);

    /// <summary>Whether the event is a system call by its name.</summary>
    public static bool IsSystemCall(int eventId) => Kinds.ContainsKey(eventId);

    /// <summary>How the arguments of an event are read; none where it is no system call. A table may narrow a time or a list to 32 bits.</summary>
    public static ReadOnlySpan<SystemCallArgumentKind> KindsOf(int eventId) => Kinds.GetValueOrDefault(eventId, []);

    /// <summary>The kernel's name of a system call, or an empty string where the number has none.</summary>
    /// <param name="number">The number the task used; -1 outside a system call.</param>
    /// <param name="compat">Whether it is a number of the 32-bit table.</param>
    public static string NameOf(int number, bool compat)
    {
        var table = compat ? I386Names : X64Names;
        return (uint)number < (uint)table.Length ? table[number] : "";
    }

    private static List<SystemCall> Read()
    {
        using var stream = typeof(SystemCallTable).Assembly.GetManifestResourceStream("SystemCalls.tsv")
            ?? throw new InvalidOperationException("The assembly was built without SystemCalls.tsv.");
        using var reader = new StreamReader(stream);
        List<SystemCall> calls = [];
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            var fields = line.Split('\t');
            var number = int.Parse(fields[1], CultureInfo.InvariantCulture);
            var isEvent = fields[0] is "event" or "default";
            var last = fields.Length > (isEvent ? 3 : 4) ? fields[^1].Split(' ') : [];
            if (isEvent)
            {
                Named.Add(fields[2], Definition.Parse(number, fields[2], last, isDefault: fields[0] == "default"));
            }
            else
            {
                calls.Add(Call(fields[0], number, fields[2], Named.GetValueOrDefault(fields[3]), last));
            }
        }

        return calls;
    }

    private static SystemCall Call(string table, int number, string name, Definition? definition, string[] registers)
    {
        var abi = table == "i386" ? SystemCallAbi.I386 : SystemCallAbi.X64;
        var indirect = registers is ["*"];
        var arguments = new SystemCallArgument[definition?.Kinds.Length ?? 0];
        for (var i = 0; i < arguments.Length; i++)
        {
            var register = indirect || registers.Length == 0 ? (i + 1).ToString(CultureInfo.InvariantCulture) : registers[i];
            arguments[i] = Argument(definition!.Kinds[i], definition.Event.Types[i], register, abi, is32: abi == SystemCallAbi.I386 || table == "x32");
        }

        return new SystemCall(abi, number, name, definition?.Event.Id, arguments, indirect);
    }

    private static SystemCallArgument Argument(SystemCallArgumentKind kind, ArgumentType type, string register, SystemCallAbi abi, bool is32)
    {
        var source = (SystemCallArgumentSource)(register[0] - '1');
        if (register.Contains('+', StringComparison.Ordinal))
        {
            source |= SystemCallArgumentSource.Pair;
        }
        else if (abi == SystemCallAbi.I386 && type == ArgumentType.Long)
        {
            source |= SystemCallArgumentSource.Signed;
        }

        source |= (SystemCallArgumentSource)((int)Width(type) << RecordLimits.WidthShift);
        var read = kind switch
        {
            SystemCallArgumentKind.Texts when is32 => SystemCallArgumentKind.Texts32,
            SystemCallArgumentKind.Time when register[^1] == 's' => SystemCallArgumentKind.Time32,
            _ => kind,
        };
        return new SystemCallArgument(read, source);
    }

    private static SystemCallArgumentWidth Width(ArgumentType type) => type switch
    {
        ArgumentType.Int => SystemCallArgumentWidth.Int,
        ArgumentType.UInt => SystemCallArgumentWidth.UInt,
        ArgumentType.UShort => SystemCallArgumentWidth.UShort,
        _ => SystemCallArgumentWidth.Whole,
    };

    private static string[] Names(SystemCallAbi abi)
    {
        var calls = Calls.Where(c => c.Abi == abi).ToList();
        var names = new string[calls.Max(c => c.Number) + 1];
        Array.Fill(names, "");
        calls.ForEach(c => names[c.Number] = c.Name);
        return names;
    }

    private sealed record Definition(EventDefinition Event, SystemCallArgumentKind[] Kinds, bool IsDefault)
    {
        public static Definition Parse(int id, string name, string[] arguments, bool isDefault)
        {
            var parsed = Array.ConvertAll(arguments, a => a.Split(':') is [var argument, var kind] ? (Name: argument, Kind: kind) : throw Unknown(name, a));
            return new Definition(
                new EventDefinition(id, name, Array.ConvertAll(parsed, a => new ArgumentDefinition(a.Name, Read(name, a.Kind).Type))),
                Array.ConvertAll(parsed, a => Read(name, a.Kind).Kind),
                isDefault);
        }

        private static (ArgumentType Type, SystemCallArgumentKind Kind) Read(string name, string kind) => kind switch
        {
            "int" => (ArgumentType.Int, SystemCallArgumentKind.Plain),
            "uint" => (ArgumentType.UInt, SystemCallArgumentKind.Plain),
            "long" => (ArgumentType.Long, SystemCallArgumentKind.Plain),
            "ulong" => (ArgumentType.ULong, SystemCallArgumentKind.Plain),
            "ushort" => (ArgumentType.UShort, SystemCallArgumentKind.Plain),
            "pointer" => (ArgumentType.Pointer, SystemCallArgumentKind.Plain),
            "text" => (ArgumentType.Text, SystemCallArgumentKind.Text),
            "counted" => (ArgumentType.Text, SystemCallArgumentKind.Counted),
            "result" => (ArgumentType.Text, SystemCallArgumentKind.Result),
            "texts" => (ArgumentType.TextList, SystemCallArgumentKind.Texts),
            "pair" => (ArgumentType.IntPair, SystemCallArgumentKind.Pair),
            "time" => (ArgumentType.Float, SystemCallArgumentKind.Time),
            "address" => (ArgumentType.SocketAddress, SystemCallArgumentKind.Address),
            "peer" => (ArgumentType.SocketAddress, SystemCallArgumentKind.Peer),
            _ => throw Unknown(name, kind),
        };

        private static InvalidDataException Unknown(string name, string what) => new($"SystemCalls.tsv: {name} has an argument that cannot be read: {what}");
    }
}
