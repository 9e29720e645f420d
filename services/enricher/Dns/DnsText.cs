namespace TraceeMesh.Enricher.Dns;

/// <summary>Numbers of DNS messages and the names events have for them, which are Tracee's.</summary>
public static class DnsText
{
    /// <summary>Kind of question: the usual one.</summary>
    public const int Query = 0;

    /// <summary>Class: the internet.</summary>
    public const int Internet = 1;

    /// <summary>Type: an IPv4 address.</summary>
    public const int A = 1;

    /// <summary>Type: a name server.</summary>
    public const int Ns = 2;

    /// <summary>Type: the name that an alias stands for.</summary>
    public const int Cname = 5;

    /// <summary>Type: the start of a zone.</summary>
    public const int Soa = 6;

    /// <summary>Type: the name of an address.</summary>
    public const int Ptr = 12;

    /// <summary>Type: who takes mail.</summary>
    public const int Mx = 15;

    /// <summary>Type: texts.</summary>
    public const int Txt = 16;

    /// <summary>Type: an IPv6 address.</summary>
    public const int Aaaa = 28;

    /// <summary>Type: who serves.</summary>
    public const int Srv = 33;

    /// <summary>Type: options of EDNS.</summary>
    public const int Opt = 41;

    /// <summary>Type: a URI.</summary>
    public const int Uri = 256;

    private const string Unknown = "Unknown";

    /// <summary>Name of a type.</summary>
    public static string TypeName(int type) => type switch
    {
        A => "A",
        Ns => "NS",
        Cname => "CNAME",
        Soa => "SOA",
        Ptr => "PTR",
        13 => "HINFO",
        Mx => "MX",
        Txt => "TXT",
        Aaaa => "AAAA",
        Srv => "SRV",
        35 => "NAPTR",
        39 => "DNAME",
        Opt => "OPT",
        43 => "DS",
        46 => "RRSIG",
        47 => "NSEC",
        48 => "DNSKEY",
        64 => "SVCB",
        65 => "HTTPS",
        252 => "AXFR",
        255 => "ANY",
        Uri => "URI",
        257 => "CAA",
        _ => Unknown,
    };

    /// <summary>Name of a class.</summary>
    public static string ClassName(int value) => value switch
    {
        Internet => "IN",
        2 => "CS",
        3 => "CH",
        4 => "HS",
        255 => "Any",
        _ => Unknown,
    };

    /// <summary>Name of a kind of question.</summary>
    public static string OpCodeName(int value) => value switch
    {
        Query => "query",
        1 => "inverse query",
        2 => "status",
        4 => "notify",
        5 => "update",
        _ => "unknown",
    };

    /// <summary>Name of how a question ended.</summary>
    public static string ResponseCodeName(int value) => value switch
    {
        0 => "no error",
        1 => "format error",
        2 => "server failure",
        3 => "non-existent domain",
        4 => "not implemented",
        5 => "query refused",
        6 => "name exists when it should not",
        7 => "rr set exists when it should not",
        8 => "rr set that should exist does not",
        9 => "server not authoritative for zone",
        10 => "name not contained in zone",
        _ => "unknown",
    };

    /// <summary>Name of an option of EDNS.</summary>
    public static string OptionName(int code) => code switch
    {
        3 => "NSID",
        8 => "EDNSClientSubnet",
        9 => "EDNSExpire",
        10 => "Cookie",
        11 => "EDNSKeepAlive",
        12 => "Padding",
        _ => Unknown,
    };
}
