namespace TraceeMesh.DataSourceApi.Log;

/// <summary>The bus does not store a record, or nobody knows whether it did.</summary>
/// <param name="message">What happened and what to do.</param>
/// <param name="isFull">Whether the bus has no room.</param>
public sealed class LogUnavailableException(string message, bool isFull = false) : Exception(message)
{
    /// <summary>Whether the bus has no room; trying again soon does not help then.</summary>
    public bool IsFull { get; } = isFull;
}
