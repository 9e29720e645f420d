using System.Net;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Records;
using TraceeMesh.Enricher.Dns;
using TraceeMesh.Enricher.Lookups;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Enricher.Decoding;

/// <content>Records of TCP connections, which get the names their addresses are known by at that moment.</content>
public sealed partial class FrameDecoder
{
    private readonly byte[] _dnsKey = new byte[DnsKey.MaxBytes];

    private RecordStatus TcpConnect(ref RecordReader reader)
    {
        ReadOnlySpan<byte> remote = default;
        var status = TryReadNumbers(ref reader, [], out var hostName);
        if (status != RecordStatus.Ok || (status = TryReadAddress(ref reader, out remote)) != RecordStatus.Ok)
        {
            return status;
        }

        var writer = BeginEvent(reader, hostName);
        WriteAddress(writer, remote);
        writer.Number(new SocketAddress(remote).Port);
        WriteNames(writer, remote, (long)reader.Head.Time);
        return status;
    }

    // Source is who began the connection, whichever way a packet goes.
    private RecordStatus Flow(ref RecordReader reader)
    {
        ReadOnlySpan<byte> local = default, remote = default;
        Span<long> direction = stackalloc long[1];
        var status = TryReadNumbers(ref reader, direction, out var hostName);
        if (status != RecordStatus.Ok
            || (status = TryReadAddress(ref reader, out local)) != RecordStatus.Ok
            || (status = TryReadAddress(ref reader, out remote)) != RecordStatus.Ok)
        {
            return status;
        }

        var isIncoming = direction[0] == (long)FlowDirection.Incoming;
        var source = isIncoming ? remote : local;
        var destination = isIncoming ? local : remote;
        var writer = BeginEvent(reader, hostName);
        writer.Text(isIncoming ? "incoming"u8 : "outgoing"u8);
        WriteAddress(writer, source);
        WriteAddress(writer, destination);
        writer.Number(new SocketAddress(source).Port);
        writer.Number(new SocketAddress(destination).Port);
        WriteNames(writer, source, (long)reader.Head.Time);
        WriteNames(writer, destination, (long)reader.Head.Time);
        return status;
    }

    private static RecordStatus TryReadAddress(scoped ref RecordReader reader, out ReadOnlySpan<byte> address)
    {
        var status = reader.TryReadPart(out address);
        return status == RecordStatus.Ok && address.Length < SocketAddress.FamilySize ? RecordStatus.BadTail : status;
    }

    private static void WriteAddress(EventWriter writer, ReadOnlySpan<byte> address)
    {
        var bytes = new SocketAddress(address).Address;
        if (bytes.IsEmpty)
        {
            writer.Text(default);
            return;
        }

        Span<byte> text = stackalloc byte[AddressTextMax];
        _ = new IPAddress(bytes).TryFormat(text, out var length);
        writer.Text(text[..length]);
    }

    private void WriteNames(EventWriter writer, ReadOnlySpan<byte> address, long time)
    {
        var bytes = new SocketAddress(address).Address;
        if (bytes.IsEmpty)
        {
            writer.TextList(default);
            return;
        }

        var key = _dnsKey.AsSpan(0, DnsKey.OfAddress(bytes, _dnsKey));
        if (stores.Dns.Find(key, new AsOf(_at.Position, time, _header.BootEpoch), time, out var walk) != Contracts.Lookups.LookupStatus.Found)
        {
            writer.TextList(default);
            return;
        }

        var names = 0;
        foreach (var node in walk.Up)
        {
            names += node.IsAddress ? 0 : 1;
        }

        writer.BeginTextList(names);
        foreach (var node in walk.Up)
        {
            if (!node.IsAddress)
            {
                writer.Text(node.Key.AsSpan(1));
            }
        }
    }
}
