namespace TraceeMesh.Contracts.Events;

/// <summary>How an argument is typed. The names on the wire are those of <see cref="ArgumentTypes.Name"/>.</summary>
public enum ArgumentType
{
    /// <summary>Any value; its own shape says what it is.</summary>
    Unknown,

    /// <summary>A text.</summary>
    Text,

    /// <summary>A list of texts.</summary>
    TextList,

    /// <summary>True or false.</summary>
    Bool,

    /// <summary>16 bits, unsigned.</summary>
    UShort,

    /// <summary>32 bits, signed.</summary>
    Int,

    /// <summary>32 bits, unsigned.</summary>
    UInt,

    /// <summary>64 bits, signed.</summary>
    Long,

    /// <summary>64 bits, unsigned.</summary>
    ULong,

    /// <summary>An address.</summary>
    Pointer,

    /// <summary>Bytes; in JSON base64.</summary>
    Bytes,

    /// <summary>A time in ns since the epoch.</summary>
    Time,

    /// <summary>A floating-point number of 64 bits.</summary>
    Float,

    /// <summary>A list of two integers of 32 bits.</summary>
    IntPair,

    /// <summary>A map: the address of a socket.</summary>
    SocketAddress,

    /// <summary>A map: what is known of a packet beside its content.</summary>
    PacketMetadata,

    /// <summary>A map: a DNS message.</summary>
    ProtoDns,

    /// <summary>A map: the credentials of a task.</summary>
    Credentials,

    /// <summary>A map: between which addresses a packet went.</summary>
    PacketEnds,

    /// <summary>A list of maps: questions of a DNS message.</summary>
    DnsQuestions,

    /// <summary>A list of maps: questions of a DNS message with its answers.</summary>
    DnsAnswers,
}

/// <summary>Names of argument types as JSON shows them: the C names of tracee.md §6.1.</summary>
public static class ArgumentTypes
{
    /// <summary>Whether a value of the type is an integer, a bool or a time, which compare as numbers.</summary>
    public static bool IsNumber(ArgumentType type) => type is >= ArgumentType.Bool and <= ArgumentType.Pointer or ArgumentType.Time;

    /// <summary>The C name of a type.</summary>
    public static string Name(ArgumentType type) => type switch
    {
        ArgumentType.Text => "const char*",
        ArgumentType.TextList => "const char**",
        ArgumentType.Bool => "bool",
        ArgumentType.UShort => "u16",
        ArgumentType.Int => "int",
        ArgumentType.UInt => "unsigned int",
        ArgumentType.Long => "long",
        ArgumentType.ULong => "unsigned long",
        ArgumentType.Pointer => "void*",
        ArgumentType.Bytes => "bytes",
        ArgumentType.Time => "unsigned long",
        ArgumentType.Float => "float64",
        ArgumentType.IntPair => "[2]int",
        ArgumentType.SocketAddress => "struct sockaddr*",
        ArgumentType.PacketMetadata => "trace.PacketMetadata",
        ArgumentType.ProtoDns => "trace.ProtoDNS",
        ArgumentType.Credentials => "trace.SlimCred",
        ArgumentType.PacketEnds => "trace.PktMeta",
        ArgumentType.DnsQuestions => "[]trace.DnsQueryData",
        ArgumentType.DnsAnswers => "[]trace.DnsResponseData",
        _ => "unknown",
    };

    /// <summary>Whether values of the type are maps or lists that are not of texts.</summary>
    public static bool IsStructure(ArgumentType type) => type
        is ArgumentType.PacketMetadata
        or ArgumentType.ProtoDns
        or ArgumentType.SocketAddress
        or ArgumentType.IntPair
        or ArgumentType.Credentials
        or ArgumentType.PacketEnds
        or ArgumentType.DnsQuestions
        or ArgumentType.DnsAnswers;
}

/// <summary>One argument of an event.</summary>
/// <param name="Name">Its name, Tracee's.</param>
/// <param name="Type">Its type.</param>
public sealed record ArgumentDefinition(string Name, ArgumentType Type);

/// <summary>One kind of event.</summary>
/// <param name="Id">Its number, see <see cref="EventIds"/>.</param>
/// <param name="Name">Its name, Tracee's.</param>
/// <param name="Arguments">Its arguments in order.</param>
/// <param name="Internal">Feeds the stores only; nobody can select it.</param>
public sealed record EventDefinition(int Id, string Name, IReadOnlyList<ArgumentDefinition> Arguments, bool Internal = false)
{
    private readonly ArgumentType[] _types = [.. Arguments.Select(a => a.Type)];

    /// <summary>Why no kernel gives it; null for an event that some kernel gives.</summary>
    public string? Unavailable { get; init; }

    /// <summary>The types of its arguments, in order.</summary>
    public ReadOnlySpan<ArgumentType> Types => _types;

    /// <summary>Position of the argument called <paramref name="argument"/>, or -1.</summary>
    public int IndexOf(string argument)
    {
        for (var i = 0; i < Arguments.Count; i++)
        {
            if (Arguments[i].Name == argument)
            {
                return i;
            }
        }

        return -1;
    }
}
