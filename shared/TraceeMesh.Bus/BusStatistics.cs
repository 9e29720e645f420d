namespace TraceeMesh.Bus;

/// <summary>The counters of one connection, cumulative.</summary>
/// <param name="MessagesIn">Messages received.</param>
/// <param name="BytesIn">Bytes received.</param>
/// <param name="MessagesOut">Messages published.</param>
/// <param name="BytesOut">Bytes published.</param>
/// <param name="Reconnects">How often the connection was restored.</param>
/// <param name="Dropped">Messages no subscription had room for, of all subscriptions that were or are open.</param>
/// <param name="SlowConsumers">How often a subscription began to drop.</param>
/// <param name="PublishErrors">Publishes that did not return <see cref="PublishStatus.Ok"/>.</param>
/// <param name="PermissionViolations">Subjects the server forbade.</param>
/// <param name="RequestsInFlight">Requests now awaiting their reply.</param>
/// <param name="RequestTimeouts">Requests that got no reply in time.</param>
/// <param name="LateReplies">Replies nobody was waiting for any more.</param>
/// <param name="MalformedHeaders">Messages whose headers could not be read; delivered without them.</param>
/// <param name="CallbackErrors">Exceptions thrown by handlers of this process.</param>
public readonly record struct BusStatistics(
    long MessagesIn,
    long BytesIn,
    long MessagesOut,
    long BytesOut,
    long Reconnects,
    long Dropped,
    long SlowConsumers,
    long PublishErrors,
    long PermissionViolations,
    int RequestsInFlight,
    long RequestTimeouts,
    long LateReplies,
    long MalformedHeaders,
    long CallbackErrors);
