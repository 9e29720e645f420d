namespace TraceeMesh.DataSourceApi.Sources;

/// <summary>A data source of the mesh, as it says of itself on the bus.</summary>
public sealed record KnownSource
{
    /// <summary>Its namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>Its name inside the namespace.</summary>
    public required string Id { get; init; }

    /// <summary>What it is, in a sentence.</summary>
    public string Description { get; init; } = "";

    /// <summary>Version of its answers.</summary>
    public string Version { get; init; } = "";

    /// <summary>Whether it says that it takes writes.</summary>
    public bool Writable { get; init; }

    /// <summary>The kinds of its keys, with commas between.</summary>
    public string Keys { get; init; } = "";

    /// <summary>The type of what is written; empty where nothing is.</summary>
    public string Values { get; init; } = "";

    /// <summary>Names and types of its answers, one flat JSON object.</summary>
    public string Schema { get; init; } = "";

    /// <summary>The nodes that have one each; none of a source of the whole mesh.</summary>
    public IReadOnlyList<string> Nodes { get; init; } = [];
}
