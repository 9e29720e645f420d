using System.Globalization;
using System.Net;
using TraceeMesh.Contracts;

namespace TraceeMesh.Signatures;

/// <summary>The address of one end of a socket.</summary>
/// <param name="value">The map as it travelled; its values are texts.</param>
/// <example><code>var remote = _remote[e]; if (remote.IsInternet) Report(e, ("ip", remote.Address), ("port", remote.Port));</code></example>
public readonly struct SocketEnd(DataValue value)
{
    /// <summary>Its family, such as <c>AF_INET</c>; empty unknown.</summary>
    /// <example><code>if (_remote[e].Family == "AF_VSOCK") Report(e);</code></example>
    public string Family => value["sa_family"].Text;

    /// <summary>Whether it is of IPv4 or IPv6.</summary>
    /// <example><code>if (_remote[e].IsInternet) Report(e);</code></example>
    public bool IsInternet => Family is "AF_INET" or "AF_INET6";

    /// <summary>Its address in IPv4 or IPv6, as it was written; empty in another family.</summary>
    /// <example><code>Report(e, ("ip", _remote[e].Address));</code></example>
    public string Address => value[Family == "AF_INET6" ? "sin6_addr" : "sin_addr"].Text;

    /// <summary>The same as an address, IPv4 in the place of IPv4 mapped into IPv6; null in another family.</summary>
    /// <example><code>if (_remote[e].Ip is { } ip &amp;&amp; IPAddress.IsLoopback(ip)) return default;</code></example>
    public IPAddress? Ip => IPAddress.TryParse(Address, out var ip) ? ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip : null;

    /// <summary>Its port; 0 without one.</summary>
    /// <example><code>if (_remote[e].Port == 22) Report(e);</code></example>
    public int Port => int.TryParse(value[Family == "AF_INET6" ? "sin6_port" : "sin_port"].Text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : 0;

    /// <summary>Its path, of a unix socket; empty in another family. A name without a file begins with <c>@</c>.</summary>
    /// <example><code>if (_remote[e].Path == "/run/docker.sock") Report(e);</code></example>
    public string Path => value["sun_path"].Text;
}
