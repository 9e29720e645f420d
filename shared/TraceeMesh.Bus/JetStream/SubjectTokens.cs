namespace TraceeMesh.Bus;

/// <summary>Cuts subjects at their dots.</summary>
internal static class SubjectTokens
{
    /// <summary>Writes the range of each token. Returns their number, or 0 when there are more than fit.</summary>
    public static int Split(this ReadOnlySpan<byte> subject, Span<Range> tokens)
    {
        var count = 0;
        foreach (var token in subject.Split((byte)'.'))
        {
            if (count == tokens.Length)
            {
                return 0;
            }

            tokens[count++] = token;
        }

        return count;
    }
}
