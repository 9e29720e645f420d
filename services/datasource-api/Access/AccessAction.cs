namespace TraceeMesh.DataSourceApi.Access;

/// <summary>What a principal may do with a source.</summary>
public enum AccessAction
{
    /// <summary>Write, delete, clear.</summary>
    Write,

    /// <summary>Ask for keys.</summary>
    Read,

    /// <summary>Follow changes.</summary>
    Watch,

    /// <summary>See that the source is there, and list its entries.</summary>
    List,
}
