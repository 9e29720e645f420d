namespace TraceeMesh.Bus;

/// <summary>A consumer as it was when asked.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Created">When it was created.</param>
/// <param name="DeliveredConsumerSequence">How many deliveries it made.</param>
/// <param name="DeliveredStreamSequence">Stream sequence of the last one.</param>
/// <param name="AckFloor">Stream sequence up to which everything is acknowledged.</param>
/// <param name="Pending">How many messages it has yet to deliver.</param>
/// <param name="AckPending">How many are delivered and not acknowledged.</param>
public sealed record ConsumerState(string Name, DateTimeOffset Created, long DeliveredConsumerSequence, long DeliveredStreamSequence, long AckFloor, long Pending, int AckPending);
