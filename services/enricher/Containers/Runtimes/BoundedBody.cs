using System.Buffers;

namespace TraceeMesh.Enricher.Containers.Runtimes;

/// <summary>Reads the body of a reply up to a limit.</summary>
internal static class BoundedBody
{
    private const int InitialBytes = 8 << 10;

    /// <summary>The body; null where it has more than <paramref name="limit"/> bytes, of which no more is read.</summary>
    public static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpResponseMessage response, int limit, CancellationToken cancellation)
    {
        if (response.Content.Headers.ContentLength > limit)
        {
            return null;
        }

        using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var body = new ArrayBufferWriter<byte>(InitialBytes);
        while (true)
        {
            var read = await stream.ReadAsync(body.GetMemory(), cancellation);
            if (read == 0)
            {
                return body.WrittenMemory;
            }

            body.Advance(read);
            if (body.WrittenCount > limit)
            {
                return null;
            }
        }
    }
}
