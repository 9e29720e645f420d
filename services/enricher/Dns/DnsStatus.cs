namespace TraceeMesh.Enricher.Dns;

/// <summary>What is wrong with a DNS message.</summary>
public enum DnsStatus
{
    /// <summary>Nothing.</summary>
    Ok,

    /// <summary>TCP: the rest of the message is still to come.</summary>
    Incomplete,

    /// <summary>It ends inside its header, a name, a record, or before as many records as it counts.</summary>
    Truncated,

    /// <summary>A label that is neither text nor a pointer.</summary>
    BadLabel,

    /// <summary>A compression pointer that does not point backwards.</summary>
    BadPointer,

    /// <summary>A name of more than 255 bytes.</summary>
    NameTooLong,

    /// <summary>A record whose data is not what its type says.</summary>
    BadData,
}
