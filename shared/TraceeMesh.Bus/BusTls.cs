namespace TraceeMesh.Bus;

/// <summary>How a connection is encrypted. All files are PEM.</summary>
public sealed record BusTls
{
    /// <summary>Certificates of the authorities trusted to sign the server's; the system's when absent.</summary>
    public string? CertificateAuthorityFile { get; init; }

    /// <summary>This client's certificate chain, where the server asks for one.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>The key of <see cref="CertificateFile"/>.</summary>
    public string? KeyFile { get; init; }

    /// <summary>The name the server's certificate must carry; the host of the first address when absent.</summary>
    public string? ServerName { get; init; }
}
