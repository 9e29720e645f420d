using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TraceeMesh.TestKit.Dns;

/// <summary>A name server on port 53 of a loopback address, over UDP and TCP: every name is an alias of <c>alias.NAME</c>, which has one address of each kind. Needs root.</summary>
public sealed class NameServer : IAsyncDisposable
{
    /// <summary>Seconds its answers hold.</summary>
    public const uint TimeToLive = 300;

    private const int Port = 53;
    private const int QuestionType = 4;

    private readonly Socket _udp;
    private readonly Socket _tcp;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;
    private readonly bool _splits;

    private NameServer(IPAddress address, bool splits)
    {
        _splits = splits;
        _udp = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        _udp.Bind(new IPEndPoint(address, Port));
        _tcp = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _tcp.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _tcp.Bind(new IPEndPoint(address, Port));
        _tcp.Listen();
        _serving = Task.WhenAll(ServeUdpAsync(), ServeTcpAsync());
    }

    /// <summary>The IPv4 address that a name gets.</summary>
    public static string Ipv4Of(string name) => $"198.51.100.{1 + (Encoding.ASCII.GetBytes(name).Sum(b => b) % 250)}";

    /// <summary>The IPv6 address that a name gets.</summary>
    public static string Ipv6Of(string name) => $"2001:db8::{1 + (Encoding.ASCII.GetBytes(name).Sum(b => b) % 250):x}";

    /// <summary>Starts one.</summary>
    /// <param name="address">Where it listens.</param>
    /// <param name="splits">Whether it sends the length of an answer over TCP by itself, in front of the answer.</param>
    public static NameServer Start(string address, bool splits = false) => new(IPAddress.Parse(address), splits);

    /// <summary>A command line whose process asks this server and no other, whatever it resolves.</summary>
    /// <param name="directory">Where its configuration is put.</param>
    /// <param name="server">Address of the server.</param>
    /// <param name="overTcp">Whether it asks over TCP.</param>
    /// <param name="command">The command.</param>
    public static string[] CommandWithResolver(string directory, string server, bool overTcp, string command)
    {
        var configuration = Path.Combine(directory, $"resolv-{Guid.NewGuid():N}");
        File.WriteAllText(configuration, $"nameserver {server}\noptions timeout:5 attempts:1{(overTcp ? " use-vc" : "")}\n");
        return ["/usr/bin/unshare", "-m", "sh", "-c", $"mount --bind {configuration} /etc/resolv.conf && exec {command}"];
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _udp.Dispose();
        _tcp.Dispose();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private static byte[] Answer(ReadOnlySpan<byte> query)
    {
        // The question is answered as it was asked; its name is not compressed.
        var at = 12;
        List<string> labels = [];
        while (query[at] != 0)
        {
            labels.Add(Encoding.ASCII.GetString(query.Slice(at + 1, query[at])));
            at += query[at] + 1;
        }

        var name = string.Join('.', labels);
        var type = BinaryPrimitives.ReadUInt16BigEndian(query[(at + 1)..]);
        var answer = new DnsBuilder(id: BinaryPrimitives.ReadUInt16BigEndian(query)).Raw(query[12..(at + 1 + QuestionType)]).Set(4, 1);
        answer.Answer([0xc0, 12], DnsBuilder.Cname, TimeToLive, DnsBuilder.Name($"alias.{name}"));
        if (type is DnsBuilder.A or DnsBuilder.Aaaa)
        {
            answer.Answer($"alias.{name}", type, TimeToLive, type == DnsBuilder.A ? Ipv4Of(name) : Ipv6Of(name));
        }

        return answer.Bytes;
    }

    private async Task ServeUdpAsync()
    {
        var query = new byte[4096];
        var anyone = new IPEndPoint(_udp.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (true)
        {
            var received = await _udp.ReceiveFromAsync(query, anyone, _stop.Token);
            await _udp.SendToAsync(Answer(query.AsSpan(0, received.ReceivedBytes)), received.RemoteEndPoint, _stop.Token);
        }
    }

    private async Task ServeTcpAsync()
    {
        while (true)
        {
            using var client = await _tcp.AcceptAsync(_stop.Token);
            client.NoDelay = true;
            await using var stream = new NetworkStream(client);
            var length = new byte[2];
            while (await stream.ReadAtLeastAsync(length, length.Length, throwOnEndOfStream: false, _stop.Token) == length.Length)
            {
                var query = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
                await stream.ReadExactlyAsync(query, _stop.Token);
                var answer = Answer(query);
                byte[] prefix = [(byte)(answer.Length >> 8), (byte)answer.Length];
                if (_splits)
                {
                    await stream.WriteAsync(prefix, _stop.Token);
                    await stream.WriteAsync(answer, _stop.Token);
                }
                else
                {
                    await stream.WriteAsync((byte[])[.. prefix, .. answer], _stop.Token);
                }
            }
        }
    }
}
