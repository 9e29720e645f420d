namespace TraceeMesh.Contracts;

/// <summary>What a JetStream stream keeps, and until when. Every service creates streams from these definitions only.</summary>
/// <param name="Name">Name of the stream.</param>
/// <param name="Subjects">The subjects it stores.</param>
/// <param name="OnDisk">Whether it survives a stop of the bus.</param>
/// <param name="MaxAge">A message older than this is removed; zero: none is.</param>
/// <param name="MaxBytes">The oldest messages are removed beyond this size; 0: none are.</param>
/// <param name="DuplicateWindow">For how long the bus remembers a message id.</param>
public sealed record StreamDefinition(string Name, IReadOnlyList<string> Subjects, bool OnDisk, TimeSpan MaxAge, long MaxBytes, TimeSpan DuplicateWindow)
{
    /// <summary>How many messages a subject keeps; 0 is no limit.</summary>
    public int MaxMessagesPerSubject { get; init; }
}

/// <summary>A key-value bucket: a stream by the conventions of the bus, one last value per key.</summary>
/// <param name="Name">Name of the bucket.</param>
/// <param name="OnDisk">Whether it survives a stop of the bus.</param>
/// <param name="MaxBytes">Its limit in bytes.</param>
public sealed record BucketDefinition(string Name, bool OnDisk, long MaxBytes);
