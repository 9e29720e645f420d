namespace TraceeMesh.Enricher.Decoding;

/// <summary>The path a rename names: the name joined to the directory it is relative to, without <c>.</c>, <c>..</c> and <c>//</c>.</summary>
public static class RenamePath
{
    /// <summary>Joins and normalises; symbolic links are not followed.</summary>
    /// <param name="directory">Empty where the name is absolute, or the directory is unknown.</param>
    /// <param name="name">As the caller wrote it.</param>
    /// <param name="target">Room for both and a slash.</param>
    /// <returns>The path, in <paramref name="target"/>.</returns>
    public static ReadOnlySpan<byte> Join(ReadOnlySpan<byte> directory, ReadOnlySpan<byte> name, Span<byte> target)
    {
        var absolute = name is [(byte)'/', ..];
        var at = 0;
        if (!absolute)
        {
            at = Append(directory, target, at, directory is [(byte)'/', ..]);
            absolute = directory is [(byte)'/', ..];
        }

        at = Append(name, target, at, absolute);
        if (at == 0 && absolute)
        {
            target[at++] = (byte)'/';
        }

        return target[..at];
    }

    // An absolute path is held as "/a/b" (its root as nothing), a relative one as "a/b".
    private static int Append(ReadOnlySpan<byte> path, Span<byte> target, int at, bool absolute)
    {
        while (!path.IsEmpty)
        {
            var slash = path.IndexOf((byte)'/');
            var component = slash < 0 ? path : path[..slash];
            path = slash < 0 ? default : path[(slash + 1)..];
            if (component.IsEmpty || component.SequenceEqual("."u8))
            {
                continue;
            }

            if (component.SequenceEqual(".."u8) && HasParent(target[..at], absolute))
            {
                at = Math.Max(target[..at].LastIndexOf((byte)'/'), 0);
                continue;
            }

            if (component.SequenceEqual(".."u8) && absolute)
            {
                continue;
            }

            if (absolute || at > 0)
            {
                target[at++] = (byte)'/';
            }

            component.CopyTo(target[at..]);
            at += component.Length;
        }

        return at;
    }

    private static bool HasParent(ReadOnlySpan<byte> written, bool absolute) =>
        !written.IsEmpty && (absolute || !written[(written.LastIndexOf((byte)'/') + 1)..].SequenceEqual(".."u8));
}
