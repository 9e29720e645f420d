using System.Net;
using System.Net.Sockets;
using System.Text;
using TraceeMesh.Cli.Connection;

namespace TraceeMesh.Tests.Mesh.Up;

/// <summary>A NATS client of six verbs: sees exactly what the server answers.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly TcpClient _client = new();
    private StreamReader _reader = null!;
    private StreamWriter _writer = null!;

    public static async Task<RawClient> Connect(IPEndPoint address, BusCredentials? user)
    {
        var client = new RawClient();
        await client._client.ConnectAsync(address);
        var stream = client._client.GetStream();
        client._reader = new StreamReader(stream, Encoding.ASCII);
        client._writer = new StreamWriter(stream, Encoding.ASCII) { AutoFlush = true, NewLine = "\r\n" };
        await client._reader.ReadLineAsync();
        var login = user is null ? "" : $"\"user\":\"{user.User}\",\"pass\":\"{user.Password}\",";
        await client._writer.WriteLineAsync($"CONNECT {{{login}\"verbose\":false,\"pedantic\":false}}");
        return client;
    }

    public Task Subscribe(string subject) => _writer.WriteLineAsync($"SUB {subject} 1");

    public Task Publish(string subject, string payload) => _writer.WriteLineAsync($"PUB {subject} {payload.Length}\r\n{payload}");

    /// <summary>Everything the server said before it answered our ping: it has seen all we sent before.</summary>
    public async Task<IReadOnlyList<string>> Settle()
    {
        await _writer.WriteLineAsync("PING");
        List<string> said = [];
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (await _reader.ReadLineAsync(patience.Token) is { } line && line != "PONG")
        {
            said.Add(line);
        }

        return said;
    }

    public async Task<string?> ReadLine()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        return await _reader.ReadLineAsync(patience.Token);
    }

    public void Dispose() => _client.Dispose();
}
