namespace TraceeMesh.Contracts.Mesh;

/// <summary>Occurrences of an event that a consumer wants: those for which every condition holds.</summary>
public sealed record SelectionAlternative
{
    /// <summary><see cref="Origin"/>: wherever it happened.</summary>
    public const string Anywhere = "";

    /// <summary><see cref="Origin"/>: in a container, whether it has started or not.</summary>
    public const string InContainer = "container";

    /// <summary>One of the constants above; another one is taken for anywhere.</summary>
    public string Origin { get; init => field = value ?? field; } = Anywhere;

    /// <summary>The conditions; none lets every occurrence through.</summary>
    public IReadOnlyList<SelectionCondition> Conditions { get; init => field = value ?? field; } = [];
}

/// <summary>A condition on an argument of an event, or on <c>userId</c>, <c>cgroupId</c> or <c>returnValue</c>.</summary>
/// <param name="Argument">Its name.</param>
/// <param name="Operator">One of the constants; a condition with another one is taken to hold.</param>
public sealed record SelectionCondition(string Argument, string Operator)
{
    /// <summary>It is one of the texts or numbers.</summary>
    public const string OneOf = "one_of";

    /// <summary>It begins with one of the texts.</summary>
    public const string StartsWith = "starts_with";

    /// <summary>It is the number or more.</summary>
    public const string AtLeast = "at_least";

    /// <summary>It is the number or less.</summary>
    public const string AtMost = "at_most";

    /// <summary>It has some of the number's bits.</summary>
    public const string AnyFlag = "any_flag";

    /// <summary>It has all of the number's bits.</summary>
    public const string AllFlags = "all_flags";

    /// <summary>It has none of the number's bits.</summary>
    public const string NoFlag = "no_flag";

    /// <summary>Texts to compare with.</summary>
    public IReadOnlyList<string> Texts { get; init => field = value ?? field; } = [];

    /// <summary>Numbers to compare with.</summary>
    public IReadOnlyList<long> Numbers { get; init => field = value ?? field; } = [];
}
