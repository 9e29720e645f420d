using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Records;

namespace TraceeMesh.Enricher.Dns;

/// <summary>Finds the messages in packets, and gives the answers among them to the cache.</summary>
/// <remarks>Not synchronised, as the cache.</remarks>
/// <param name="cache">The cache.</param>
public sealed class DnsPackets(DnsCache cache)
{
    private const byte Tcp = 6;

    // Port of the servers: only what comes from it is an answer that somebody asked for.
    private const int ServerPort = 53;

    // A flow has one place, found by its socket; of two that share it the later one stays.
    private readonly DnsFlow?[] _flows = new DnsFlow?[DnsLimits.Flows];

    /// <summary>Takes note of a packet whose message could not be read: its record, what is wrong, the beginning of its payload. Does not throw.</summary>
    public Action<NetPacketDnsBody, DnsStatus, byte[]>? OnUnreadable { get; set; }

    /// <summary>Messages read.</summary>
    public long Messages { get; private set; }

    /// <summary>Messages that could not be read, and TCP flows that lacked a segment in the middle of one.</summary>
    public long Unreadable { get; private set; }

    /// <summary>Takes a packet.</summary>
    /// <param name="body">Its record.</param>
    /// <param name="payload">Its payload, or the beginning of it.</param>
    /// <param name="position">Position of its record.</param>
    /// <param name="time">Time of its record, ns since boot.</param>
    /// <param name="message">The first message that ends in it, when the status is Ok; until the next packet.</param>
    public DnsStatus Take(scoped in NetPacketDnsBody body, ReadOnlySpan<byte> payload, StorePosition position, long time, out DnsMessage message)
    {
        var isCut = payload.Length < body.PayloadSize;
        var status = body.Protocol == Tcp
            ? TakeSegment(body, payload, isCut, position, time, out message)
            : TakeMessage(body, payload, isCut, position, time, out message);
        if (status is not (DnsStatus.Ok or DnsStatus.Incomplete))
        {
            OnUnreadable?.Invoke(body, status, payload[..Math.Min(payload.Length, 64)].ToArray());
        }

        return status;
    }

    private DnsStatus TakeSegment(scoped in NetPacketDnsBody body, ReadOnlySpan<byte> segment, bool isCut, StorePosition position, long time, out DnsMessage message)
    {
        message = default;
        ref var place = ref _flows[Hash.Mix(body.Socket ^ ((ulong)body.Direction << 56)) % DnsLimits.Flows];
        var flow = place ??= new DnsFlow();
        Unreadable += flow.TryContinue(body) ? 0 : 1;
        var status = DnsStatus.Incomplete;
        var read = DnsStatus.Ok;
        ReadOnlySpan<byte> bytes = default;
        DnsMessage next = default;
        while (read == DnsStatus.Ok && flow.TryTake(ref segment, out bytes, out var isLong))
        {
            read = TakeMessage(body, bytes, isLong, position, time, out next);
            if (status == DnsStatus.Incomplete)
            {
                status = read;
                message = next;
            }
        }

        if (isCut && status == DnsStatus.Incomplete)
        {
            status = TakeMessage(body, flow.TakeBeginning(), isCut, position, time, out message);
        }

        if (isCut || read != DnsStatus.Ok)
        {
            // Where the next message begins is not known.
            flow.Reset();
        }

        return status;
    }

    private DnsStatus TakeMessage(scoped in NetPacketDnsBody body, ReadOnlySpan<byte> bytes, bool isCut, StorePosition position, long time, out DnsMessage message)
    {
        var status = DnsMessage.TryRead(bytes, isCut, out message);
        if (status != DnsStatus.Ok)
        {
            Unreadable++;
            return status;
        }

        Messages++;
        if (body.SourcePort == ServerPort)
        {
            cache.Add(message, position, time);
        }

        return status;
    }
}
