namespace TraceeMesh.Bus;

/// <summary>The outcome of a request. Dispose it to give the message's buffer back.</summary>
/// <param name="Status">What became of the request.</param>
/// <param name="Message">The reply; there is one exactly when <paramref name="Status"/> is <see cref="ReplyStatus.Ok"/>.</param>
public readonly record struct BusReply(ReplyStatus Status, BusMessage? Message = null) : IDisposable
{
    /// <summary>The reply's payload, valid until disposed; empty without a reply.</summary>
    public ReadOnlySpan<byte> Payload => Message is null ? default : Message.Payload;

    /// <summary>Gives the message's buffer back.</summary>
    public void Dispose() => Message?.Dispose();
}
