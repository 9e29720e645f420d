namespace TraceeMesh.Bus;

/// <summary>The outcome of a read from a pull consumer.</summary>
/// <param name="Status">What it brought.</param>
/// <param name="Message">The message, exactly when <paramref name="Status"/> is <see cref="PullStatus.Message"/>; dispose it.</param>
public readonly record struct PullResult(PullStatus Status, JetStreamMessage? Message = null);
