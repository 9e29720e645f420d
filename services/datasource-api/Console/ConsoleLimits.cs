namespace TraceeMesh.DataSourceApi.Console;

/// <summary>The bounds of what a page may ask for and be sent.</summary>
public static class ConsoleLimits
{
    /// <summary>Streams open at one time; one more is refused with 503 and counted.</summary>
    public const int Streams = 32;

    /// <summary>Findings that a page is sent of what was before it opened.</summary>
    public const int FirstFindings = 200;

    /// <summary>Findings that a stream may be behind; a page that reads slower is told of a gap, and the gap is counted.</summary>
    public const int FindingsBehind = 2000;

    /// <summary>Findings in one message of a stream.</summary>
    public const int FindingsPerMessage = 64;

    /// <summary>Messages of a stream that wait to be sent.</summary>
    public const int MessagesWaiting = 16;

    /// <summary>Findings of one page of history.</summary>
    public const int FindingsPerPage = 500;

    /// <summary>Bytes of a request's body: the longest key, the longest value, and their escapes.</summary>
    public const int BodyBytes = 1024 * 1024;

    /// <summary>Characters of a text in a row of the list; the opened finding has all of it.</summary>
    public const int RowText = 256;

    /// <summary>Addresses of one finding whose names are looked up.</summary>
    public const int Addresses = 16;

    /// <summary>Nodes whose books are kept.</summary>
    public const int Nodes = 1024;
}
