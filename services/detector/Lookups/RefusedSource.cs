namespace TraceeMesh.Detector.Lookups;

/// <summary>A registration of a data source that is not taken.</summary>
/// <param name="Info">What it says of itself.</param>
/// <param name="Reason">Why it is not.</param>
public sealed record RefusedSource(DataSourceInfo Info, string Reason);
