using System.Collections.Immutable;

namespace TraceeMesh.Signatures;

/// <summary>
/// A condition on one argument, for an <see cref="EventSelector"/>. It is resolved and typed when the signature is loaded; the
/// engine evaluates filters that several signatures share once for each event, and an event that no filter lets through costs
/// the signature nothing. An argument that is absent from an event passes no filter.
/// </summary>
/// <example>
/// <code>
/// new EventSelector("tracee", "security_file_open")
/// {
///     Filters = [ArgumentFilter.EndsWith("pathname", "/etc/ld.so.preload"), ArgumentFilter.HasAnyFlag("flags", 0b11)],
/// }
/// </code>
/// </example>
public sealed class ArgumentFilter : IEquatable<ArgumentFilter>
{
    private ArgumentFilter(string argument, FilterOperator @operator, ImmutableArray<string> texts, ImmutableArray<long> numbers)
    {
        Argument = argument;
        Operator = @operator;
        Texts = texts;
        Numbers = numbers;
    }

    /// <summary>Name of the argument.</summary>
    /// <example><code>ArgumentFilter.Is("request", 0).Argument // request</code></example>
    public string Argument { get; }

    /// <summary>How it is compared.</summary>
    /// <example><code>ArgumentFilter.Is("request", 0).Operator // NumberIsOneOf</code></example>
    public FilterOperator Operator { get; }

    /// <summary>With what, if it is a text.</summary>
    /// <example><code>ArgumentFilter.EndsWith("pathname", "/sh").Texts // [/sh]</code></example>
    public ImmutableArray<string> Texts { get; }

    /// <summary>With what, if it is a number.</summary>
    /// <example><code>ArgumentFilter.Is("request", 4, 5).Numbers // [4, 5]</code></example>
    public ImmutableArray<long> Numbers { get; }

    /// <summary>The text is one of <paramref name="texts"/>.</summary>
    /// <example><code>ArgumentFilter.Is("pathname", "/etc/sudoers", "/private/etc/sudoers")</code></example>
    public static ArgumentFilter Is(string argument, params ImmutableArray<string> texts) => new(argument, FilterOperator.TextIsOneOf, texts, []);

    /// <summary>The text begins with one of <paramref name="prefixes"/>.</summary>
    /// <example><code>ArgumentFilter.StartsWith("pathname", "memfd:", "/dev/shm/")</code></example>
    public static ArgumentFilter StartsWith(string argument, params ImmutableArray<string> prefixes) => new(argument, FilterOperator.TextStartsWith, prefixes, []);

    /// <summary>The text ends with one of <paramref name="suffixes"/>.</summary>
    /// <example><code>ArgumentFilter.EndsWith("pathname", "/release_agent")</code></example>
    public static ArgumentFilter EndsWith(string argument, params ImmutableArray<string> suffixes) => new(argument, FilterOperator.TextEndsWith, suffixes, []);

    /// <summary>The number, or bool (1 is true), is one of <paramref name="numbers"/>.</summary>
    /// <example><code>ArgumentFilter.Is("request", 4, 5)</code></example>
    public static ArgumentFilter Is(string argument, params ImmutableArray<long> numbers) => new(argument, FilterOperator.NumberIsOneOf, [], numbers);

    /// <summary>The number is <paramref name="least"/> or more.</summary>
    /// <example><code>ArgumentFilter.AtLeast("inode", 2)</code></example>
    public static ArgumentFilter AtLeast(string argument, long least) => new(argument, FilterOperator.NumberAtLeast, [], [least]);

    /// <summary>The number is <paramref name="most"/> or less.</summary>
    /// <example><code>ArgumentFilter.AtMost("exit_code", -1)</code></example>
    public static ArgumentFilter AtMost(string argument, long most) => new(argument, FilterOperator.NumberAtMost, [], [most]);

    /// <summary>The number has at least one bit of <paramref name="flags"/>.</summary>
    /// <example><code>ArgumentFilter.HasAnyFlag("flags", 0b11) // opened for writing</code></example>
    public static ArgumentFilter HasAnyFlag(string argument, long flags) => new(argument, FilterOperator.HasAnyFlag, [], [flags]);

    /// <summary>The number has every bit of <paramref name="flags"/>.</summary>
    /// <example><code>ArgumentFilter.HasAllFlags("inode_mode", 0x800) // set-user-id</code></example>
    public static ArgumentFilter HasAllFlags(string argument, long flags) => new(argument, FilterOperator.HasAllFlags, [], [flags]);

    /// <summary>The number has no bit of <paramref name="flags"/>.</summary>
    /// <example><code>ArgumentFilter.HasNoFlag("flags", 0x200000) // not only the path</code></example>
    public static ArgumentFilter HasNoFlag(string argument, long flags) => new(argument, FilterOperator.HasNoFlag, [], [flags]);

    /// <inheritdoc/>
    public bool Equals(ArgumentFilter? other) =>
        other is not null
        && Argument == other.Argument
        && Operator == other.Operator
        && Texts.AsSpan().SequenceEqual(other.Texts.AsSpan())
        && Numbers.AsSpan().SequenceEqual(other.Numbers.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ArgumentFilter);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Argument, Operator, Texts.IsEmpty ? "" : Texts[0], Numbers.IsEmpty ? 0 : Numbers[0]);
}
