using System.Buffers;

namespace TraceeMesh.Enricher.Containers.Runtimes;

/// <summary>The ids that are asked for. They come from cgroup paths, which anybody who may make a cgroup can choose.</summary>
internal static class ContainerId
{
    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_.");

    /// <summary>Whether it is safe in the path of a request: no separator, and neither <c>.</c> nor <c>..</c>.</summary>
    public static bool IsAskable(string id) =>
        id.Length is > 0 and <= RuntimeLimits.MaxIdLength && char.IsAsciiLetterOrDigit(id[0]) && !id.AsSpan().ContainsAnyExcept(Allowed);

    /// <summary>The answer where it is not.</summary>
    public static RuntimeAnswer NotAskable { get; } = new(RuntimeStatus.NotFound, Reason: "no runtime gives such an id");
}
