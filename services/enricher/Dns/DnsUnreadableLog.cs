using System.Net;
using Microsoft.Extensions.Logging;
using TraceeMesh.Contracts.Records;

namespace TraceeMesh.Enricher.Dns;

/// <summary>Says of packets whose message could not be read what is wrong with them: whoever can send them does not fill the log.</summary>
/// <param name="log">The log.</param>
/// <param name="time">The clock.</param>
public sealed class DnsUnreadableLog(ILogger log, TimeProvider time)
{
    /// <summary>One line at most in this time; the lines between are counted.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private long _last;
    private long _passedOver;

    /// <summary>Takes note of a packet.</summary>
    /// <param name="body">Its record.</param>
    /// <param name="status">What is wrong.</param>
    /// <param name="beginning">The beginning of its payload.</param>
    public void Note(NetPacketDnsBody body, DnsStatus status, byte[] beginning)
    {
        if (_last != 0 && time.GetElapsedTime(_last) < Interval)
        {
            _passedOver++;
            return;
        }

        _last = time.GetTimestamp();
        log.LogWarning(
            "a packet of {Bytes} bytes from {Source} to {Destination} is no DNS message: {Status}; begins {Beginning}; {PassedOver} more since the last line",
            body.PayloadSize,
            new IPEndPoint(Address(body.IpVersion, body.Source), body.SourcePort),
            new IPEndPoint(Address(body.IpVersion, body.Destination), body.DestinationPort),
            status,
            Convert.ToHexStringLower(beginning),
            _passedOver);
        _passedOver = 0;
    }

    private static IPAddress Address(byte version, AddressBytes bytes) => new(((ReadOnlySpan<byte>)bytes)[..(version == 4 ? 4 : AddressBytes.Size)]);
}
