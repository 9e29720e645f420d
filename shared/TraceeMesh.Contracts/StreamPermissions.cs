namespace TraceeMesh.Contracts;

/// <summary>The subjects of the bus's own interface that working with streams takes.</summary>
internal static class StreamPermissions
{
    private const string Api = "$JS.API.";

    /// <summary>To ask how any stream is, which tells nothing of what is in it.</summary>
    public const string Info = $"{Api}STREAM.INFO.*";

    /// <summary>What only an operator does, and no service.</summary>
    public static IReadOnlyList<string> Destructive { get; } =
        [$"{Api}STREAM.DELETE.>", $"{Api}STREAM.RESTORE.>", $"{Api}STREAM.SNAPSHOT.>", $"{Api}STREAM.PEER.>", $"{Api}STREAM.LEADER.>", $"{Api}META.>", $"{Api}SERVER.>", $"{Api}ACCOUNT.>"];

    /// <summary>To make a stream, or bring it to its definition.</summary>
    public static IEnumerable<string> Ensure(params IEnumerable<string> streams) =>
        streams.SelectMany(s => new[] { $"{Api}STREAM.CREATE.{s}", $"{Api}STREAM.UPDATE.{s}" });

    /// <summary>To read a stream through consumers of one's own.</summary>
    public static IEnumerable<string> Read(params IEnumerable<string> streams) => streams.SelectMany(s => new[]
    {
        $"{Api}CONSUMER.CREATE.{s}.>", $"{Api}CONSUMER.INFO.{s}.*", $"{Api}CONSUMER.MSG.NEXT.{s}.*", $"{Api}CONSUMER.DELETE.{s}.*", $"{Api}CONSUMER.NAMES.{s}",
    });

    /// <summary>To read single messages of a stream.</summary>
    public static IEnumerable<string> Peek(params IEnumerable<string> streams) => streams.Select(s => $"{Api}STREAM.MSG.GET.{s}");

    /// <summary>To remove a stream.</summary>
    public static string Delete(string stream) => $"{Api}STREAM.DELETE.{stream}";

    /// <summary>To remove single messages of a stream.</summary>
    public static string Remove(string stream) => $"{Api}STREAM.MSG.DELETE.{stream}";

    /// <summary>To change, read or empty a stream in any way.</summary>
    public static IEnumerable<string> Everything(params IEnumerable<string> streams) => streams.SelectMany(s => new[]
    {
        $"{Api}STREAM.CREATE.{s}", $"{Api}STREAM.UPDATE.{s}", $"{Api}STREAM.PURGE.{s}", $"{Api}STREAM.MSG.DELETE.{s}", $"{Api}STREAM.MSG.GET.{s}",
        $"{Api}DIRECT.GET.{s}.>", $"{Api}DIRECT.GET.{s}", $"{Api}CONSUMER.CREATE.{s}", $"{Api}CONSUMER.CREATE.{s}.>", $"{Api}CONSUMER.DURABLE.CREATE.{s}.*", $"{Api}CONSUMER.MSG.NEXT.{s}.*", $"{Api}CONSUMER.DELETE.{s}.*",
    });
}
