namespace TraceeMesh.DataSourceApi.Console;

/// <summary>A request of the page that is not carried out: answered as <c>{"error":{"code":...,"message":...}}</c>.</summary>
/// <param name="status">Status of the response.</param>
/// <param name="code">For programs, in snake_case.</param>
/// <param name="message">For people: what happened and what to do.</param>
public sealed class ConsoleException(int status, string code, string message) : Exception(message)
{
    /// <summary>Status of the response.</summary>
    public int Status { get; } = status;

    /// <summary>For programs.</summary>
    public string Code { get; } = code;

    /// <summary>A request that cannot be understood.</summary>
    public static ConsoleException Bad(string message) => new(StatusCodes.Status400BadRequest, "bad_request", message);
}
