using TraceeMesh.Contracts.Records;

namespace TraceeMesh.Enricher.Dns;

/// <summary>The bounds of what is read of DNS messages, and of what is kept of them.</summary>
public static class DnsLimits
{
    /// <summary>Bytes of a message that are looked at: what the kernel side brings of a packet.</summary>
    public const int MessageBytes = RecordLimits.DnsPartMax;

    /// <summary>Bytes of a name in a message, its lengths and its end included (RFC 1035).</summary>
    public const int NameBytes = 255;

    /// <summary>Bytes of a name as text: every byte may become <c>\DDD</c>.</summary>
    public const int NameText = NameBytes * 4;

    /// <summary>Bytes of the records of one section that an event shows; its counts tell of all.</summary>
    public const int SectionBytes = 8 * 1024;

    /// <summary>TCP flows whose message is not complete; the one begun first makes room.</summary>
    public const int Flows = 256;

    /// <summary>Names and addresses kept unless said otherwise.</summary>
    public const int Nodes = 65536;

    /// <summary>Links of one name or address in one direction; the one learnt first makes room.</summary>
    public const int NodeEdges = 512;

    /// <summary>Separate times at which one link held; the first makes room.</summary>
    public const int EdgeSpans = 8;

    /// <summary>Evicted names and addresses that are known to have been evicted; the first makes room.</summary>
    public const int Tombstones = 4 * Nodes;

    /// <summary>Names and addresses in one answer.</summary>
    public const int Walk = 512;
}
