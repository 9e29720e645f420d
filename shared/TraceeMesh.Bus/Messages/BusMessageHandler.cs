namespace TraceeMesh.Bus;

/// <summary>
/// Receives messages on the delivery thread, which all subscriptions of a process share: be brief, never block.
/// The messages of one subscription come in order and one at a time.
/// </summary>
/// <param name="message">The message; nothing of it outlives the call.</param>
public delegate void BusMessageHandler(IncomingMessage message);
