using System.Net;
using System.Net.Sockets;

namespace TraceeMesh.Signatures.BuiltIn;

/// <summary>Which addresses belong to the internet at large.</summary>
internal static class PublicAddress
{
    private static readonly IPNetwork[] Others =
    [
        IPNetwork.Parse("0.0.0.0/8"),
        IPNetwork.Parse("10.0.0.0/8"),
        IPNetwork.Parse("100.64.0.0/10"),
        IPNetwork.Parse("127.0.0.0/8"),
        IPNetwork.Parse("169.254.0.0/16"),
        IPNetwork.Parse("172.16.0.0/12"),
        IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("224.0.0.0/3"),
    ];

    private static readonly IPNetwork Global6 = IPNetwork.Parse("2000::/3");

    /// <summary>Whether an address is one.</summary>
    public static bool Is(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return Global6.Contains(address);
        }

        foreach (var network in Others)
        {
            if (network.Contains(address))
            {
                return false;
            }
        }

        return true;
    }
}
