namespace TraceeMesh.ServiceDefaults.Configuration;

/// <summary>What somebody may have meant.</summary>
internal static class NearestName
{
    // Nobody misspells at this length, and the work grows with its product.
    private const int Longest = 64;

    /// <summary>The name with the fewest letters to change, add or leave out.</summary>
    public static string Of(string written, IEnumerable<string> names) =>
        names.MinBy(n => Distance(written.AsSpan(0, Math.Min(written.Length, Longest)), n)) ?? "";

    private static int Distance(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        Span<int> row = stackalloc int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
        {
            row[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                var same = char.ToLowerInvariant(a[i - 1]) == b[j - 1];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (same ? 0 : 1));
                diagonal = above;
            }
        }

        return row[b.Length];
    }
}
