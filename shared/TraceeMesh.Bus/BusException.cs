using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace TraceeMesh.Bus;

/// <summary>The root of what the bus library throws. The message says what happened, where, and what to do.</summary>
public class BusException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="kind">What kind of thing went wrong.</param>
    /// <param name="message">What happened, where, what to do.</param>
    /// <param name="inner">The cause, if another exception is it.</param>
    public BusException(BusErrorKind kind, string message, Exception? inner = null)
        : base(message, inner) => Kind = kind;

    /// <summary>What kind of thing went wrong.</summary>
    public BusErrorKind Kind { get; }

    [DoesNotReturn, StackTraceHidden]
    internal static void Throw(PublishStatus status, string subject) => throw (status switch
    {
        PublishStatus.Disconnected => new BusException(BusErrorKind.Disconnected, $"'{subject}' was not published: the bus is disconnected and being reconnected; try again"),
        PublishStatus.Closed => new BusException(BusErrorKind.Closed, $"'{subject}' was not published: the connection has been closed"),
        PublishStatus.InvalidSubject => new BusException(BusErrorKind.InvalidArgument, $"'{subject}' is not a subject: visible ASCII, at most {LibNats.MaxSubjectLength} bytes"),
        PublishStatus.InvalidHeader => new BusException(BusErrorKind.InvalidArgument, $"'{subject}' was not published: a header has a control character or is longer than {BusHeaders.MaxValueLength} bytes"),
        PublishStatus.PayloadTooLarge => new BusException(BusErrorKind.PayloadTooLarge, $"'{subject}' was not published: the payload is larger than the server's max_payload"),
        _ => new BusException(BusErrorKind.Other, $"'{subject}' was not published: {status}"),
    });
}
