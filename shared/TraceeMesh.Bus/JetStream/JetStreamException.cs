namespace TraceeMesh.Bus;

/// <summary>JetStream refused a request.</summary>
public sealed class JetStreamException : BusException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="doing">What was asked, of which stream.</param>
    /// <param name="code">JetStream's error code, such as 10059 for an unknown stream.</param>
    /// <param name="description">JetStream's words.</param>
    public JetStreamException(string doing, int code, string description)
        : base(BusErrorKind.JetStream, $"{doing} was refused by JetStream: {description} (error {code})")
    {
        Code = code;
        Description = description;
    }

    /// <summary>JetStream's error code.</summary>
    public int Code { get; }

    /// <summary>JetStream's words.</summary>
    public string Description { get; }
}
