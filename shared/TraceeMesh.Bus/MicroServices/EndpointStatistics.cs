namespace TraceeMesh.Bus;

/// <summary>What one endpoint did since its start, as ADR-32 shows it.</summary>
/// <param name="name">Name of the endpoint.</param>
/// <param name="subject">Its subject.</param>
/// <param name="queueGroup">The group that shares its requests; empty where each instance answers alone.</param>
public sealed class EndpointStatistics(string name, string subject, string queueGroup = "")
{
    private long _requests;
    private long _errors;
    private long _ticks;

    /// <summary>Name of the endpoint.</summary>
    public string Name { get; } = name;

    /// <summary>Its subject.</summary>
    public string Subject { get; } = subject;

    /// <summary>The group that shares its requests; empty where each instance answers alone.</summary>
    public string QueueGroup { get; } = queueGroup;

    /// <summary>Requests so far.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>Requests that could not be served.</summary>
    public long Errors => Interlocked.Read(ref _errors);

    /// <summary>Why the last of these could not.</summary>
    public string LastError { get; private set; } = "";

    /// <summary>Time from question to answer, waits included, all together.</summary>
    public TimeSpan ProcessingTime => new(Interlocked.Read(ref _ticks));

    /// <summary>Counts an answer.</summary>
    public void Answered(TimeSpan elapsed)
    {
        Interlocked.Increment(ref _requests);
        Interlocked.Add(ref _ticks, elapsed.Ticks);
    }

    /// <summary>Counts a request that could not be served.</summary>
    public void Failed(string error)
    {
        Interlocked.Increment(ref _requests);
        Interlocked.Increment(ref _errors);
        LastError = error;
    }
}
