using System.Diagnostics.CodeAnalysis;

namespace TraceeMesh.Bus;

/// <summary>The headers of a message, immutable; the default value is none.</summary>
public readonly struct BusHeaders
{
    /// <summary>Headers beyond this number are not read.</summary>
    public const int MaxCount = 64;

    /// <summary>The longest value, in bytes of UTF-8.</summary>
    public const int MaxValueLength = 4096;

    /// <summary>Name of the header with the type of the payload.</summary>
    public const string ContentType = "Content-Type";

    /// <summary>Name of the header by which a stream knows a message it has stored already.</summary>
    public const string MessageId = "Nats-Msg-Id";

    private readonly BusHeader[]? _headers;

    internal BusHeaders(BusHeader[] headers) => _headers = headers;

    /// <summary>No headers.</summary>
    public static BusHeaders None => default;

    /// <summary><c>Content-Type: application/msgpack</c>.</summary>
    public static BusHeaders MessagePack { get; } = None.With(ContentType, "application/msgpack");

    /// <summary><c>Content-Type: application/json</c>.</summary>
    public static BusHeaders Json { get; } = None.With(ContentType, "application/json");

    /// <summary>How many there are.</summary>
    public int Count => _headers?.Length ?? 0;

    /// <summary>The headers in order.</summary>
    public ReadOnlySpan<BusHeader> Span => _headers;

    /// <summary>These headers and one more.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    public BusHeaders With(string name, string value) => new([.. Span, new BusHeader(name, value)]);

    /// <summary>The value of a header.</summary>
    /// <param name="name">Its name; case matters.</param>
    /// <param name="value">The first value.</param>
    public bool TryGet(string name, [NotNullWhen(true)] out string? value)
    {
        foreach (ref readonly var header in Span)
        {
            if (header.Name == name)
            {
                value = header.Value;
                return true;
            }
        }

        value = null;
        return false;
    }
}
