namespace TraceeMesh.Contracts.Mesh;

/// <summary>What became of the questions of a signature.</summary>
/// <param name="Asked">All of them.</param>
/// <param name="Hit">Those answered in the detector, without a question on the bus.</param>
/// <param name="Batched">Those that went, or could have gone, in one request with others.</param>
/// <param name="Late">Those not answered by their deadline.</param>
/// <param name="Failed">Those answered as unavailable, or not usably, or to a source that is not there.</param>
public readonly record struct LookupTotals(long Asked, long Hit, long Batched, long Late, long Failed)
{
    /// <summary>The sum of two.</summary>
    public static LookupTotals operator +(LookupTotals left, LookupTotals right) =>
        new(left.Asked + right.Asked, left.Hit + right.Hit, left.Batched + right.Batched, left.Late + right.Late, left.Failed + right.Failed);

    /// <summary>The sum of two.</summary>
    public static LookupTotals Add(LookupTotals left, LookupTotals right) => left + right;
}
