using System.Text;

namespace TraceeMesh.Bus;

/// <summary>The strings of headers. Those the mesh itself uses are shared, not made anew for each message.</summary>
internal static class HeaderText
{
    public static string From(ReadOnlySpan<byte> text) => text switch
    {
        _ when text.SequenceEqual("Content-Type"u8) => BusHeaders.ContentType,
        _ when text.SequenceEqual("application/msgpack"u8) => "application/msgpack",
        _ when text.SequenceEqual("application/json"u8) => "application/json",
        _ when text.SequenceEqual("traceparent"u8) => MeshTrace.Header,
        _ when text.SequenceEqual("Nats-Msg-Id"u8) => BusHeaders.MessageId,
        _ => Encoding.UTF8.GetString(text),
    };
}
