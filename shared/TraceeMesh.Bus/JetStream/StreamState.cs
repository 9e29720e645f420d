namespace TraceeMesh.Bus;

/// <summary>A stream as it was when asked.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Created">When it was created. A stream that the bus forgot and somebody made anew has another time.</param>
/// <param name="FirstSequence">Sequence of the oldest message it holds; above <paramref name="LastSequence"/> when it holds none.</param>
/// <param name="LastSequence">Sequence of the last message it stored; 0 when it never did.</param>
/// <param name="Messages">How many messages it holds.</param>
/// <param name="Bytes">How many bytes it holds.</param>
public sealed record StreamState(string Name, DateTimeOffset Created, long FirstSequence, long LastSequence, long Messages, long Bytes)
{
    /// <summary>By the bus's clock, how much younger its last message is than its first; zero of a stream that holds none.</summary>
    public TimeSpan Span { get; init; }
}
