namespace TraceeMesh.Bus;

/// <summary>Something the connection could not return to a caller: the server forbade a subject, a subscription fell behind.</summary>
/// <param name="Kind">What kind of thing went wrong.</param>
/// <param name="Text">The server's or the library's words.</param>
public sealed record BusFault(BusErrorKind Kind, string Text);
