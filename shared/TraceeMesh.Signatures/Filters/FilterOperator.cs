namespace TraceeMesh.Signatures;

/// <summary>How an <see cref="ArgumentFilter"/> compares.</summary>
/// <example><code>ArgumentFilter.AtLeast("inode", 2).Operator == FilterOperator.NumberAtLeast</code></example>
public enum FilterOperator
{
    /// <summary>The text is one of those given.</summary>
    TextIsOneOf,

    /// <summary>The text begins with one of those given.</summary>
    TextStartsWith,

    /// <summary>The text ends with one of those given.</summary>
    TextEndsWith,

    /// <summary>The number is one of those given.</summary>
    NumberIsOneOf,

    /// <summary>The number is not below the one given.</summary>
    NumberAtLeast,

    /// <summary>The number is not above the one given.</summary>
    NumberAtMost,

    /// <summary>The number has at least one of the bits given.</summary>
    HasAnyFlag,

    /// <summary>The number has all of the bits given.</summary>
    HasAllFlags,

    /// <summary>The number has none of the bits given.</summary>
    HasNoFlag,
}
