namespace TraceeMesh.Cli.Credentials;

/// <summary>The certificate that a bus shows, as paths on the machine where it runs.</summary>
/// <param name="Certificate">PEM file of its chain.</param>
/// <param name="Key">PEM file of its key.</param>
/// <param name="Authorities">PEM file of the authorities that must have signed clients' certificates; null: they need none.</param>
internal sealed record BusTlsFiles(string Certificate, string Key, string? Authorities);
