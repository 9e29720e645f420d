using System.Buffers;
using System.Text;
using System.Text.Json;
using TraceeMesh.Contracts;
using TraceeMesh.Signatures.Sources;

namespace TraceeMesh.DataSourceApi.Sources;

/// <summary>One named value of a source's answers.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
public sealed record SourceField(string Name, FieldType Type);

/// <summary>A writable source: what it is called, what it takes, and its bounds.</summary>
public sealed record SourceDefinition
{
    /// <summary>Keys of a source that does not say.</summary>
    public const int DefaultCapacity = 1_000_000;

    /// <summary>Keys of any source at most.</summary>
    public const int MaxCapacity = 10_000_000;

    /// <summary>Its namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>Its name inside the namespace.</summary>
    public required string Id { get; init; }

    /// <summary>Raised when answers change in a way that breaks readers.</summary>
    public int Version { get; init; } = 1;

    /// <summary>What it is, in a sentence.</summary>
    public string Description { get; init; } = "";

    /// <summary>Type of its keys.</summary>
    public FieldType Key { get; init; } = FieldType.Text;

    /// <summary>The only keys it takes, encoded; empty: all of the type.</summary>
    public IReadOnlyList<DataValue> Keys { get; init; } = [];

    /// <summary>The values of an answer.</summary>
    public required IReadOnlyList<SourceField> Fields { get; init; }

    /// <summary>Whether a value is written as such and not as a map: there is one field then.</summary>
    public bool IsScalar { get; init; } = true;

    /// <summary>Keys it holds at most.</summary>
    public int Capacity { get; init; } = DefaultCapacity;

    /// <summary>What happens beyond.</summary>
    public Eviction Eviction { get; init; }

    /// <summary>How long an entry lives after its last write; zero: for ever.</summary>
    public TimeSpan TimeToLive { get; init; }

    /// <summary>Where it was declared, for messages.</summary>
    public string Origin { get; init; } = "";

    /// <summary>Namespace and id, for messages.</summary>
    public string Name => $"{Namespace}/{Id}";

    /// <summary>Names and types of its answers, one flat JSON object.</summary>
    public string Schema
    {
        get
        {
            var buffer = new ArrayBufferWriter<byte>();
            using (var json = new Utf8JsonWriter(buffer))
            {
                json.WriteStartObject();
                foreach (var (name, type) in Fields.OrderBy(f => f.Name, StringComparer.Ordinal))
                {
                    json.WriteString(name, type.Name());
                }

                json.WriteEndObject();
            }

            return Encoding.UTF8.GetString(buffer.WrittenSpan);
        }
    }

    /// <summary>The code that says what it takes; null of a declared source.</summary>
    public IWritableDataSource? Code { get; init; }

    /// <summary>The kinds of its keys, with commas between, for people.</summary>
    public string KeyKinds
    {
        get => field ?? Key.Name();
        init;
    }

    /// <summary>The source as it says of itself on the bus.</summary>
    public KnownSource Describe() => new()
    {
        Namespace = Namespace,
        Id = Id,
        Description = Description,
        Version = Version.ToString(System.Globalization.CultureInfo.InvariantCulture),
        Writable = true,
        Keys = KeyKinds,
        Values = Values,
        Schema = Schema,
    };

    /// <summary>Whether a text can be the name of a source or of its namespace.</summary>
    public static bool IsName(string? name) => name is { Length: > 0 and <= Limits.NameBytes } && !name.Any(char.IsControl);

    /// <summary>The types of its values, for people.</summary>
    public string Values => IsScalar ? Fields[0].Type.Name() : "map";
}
