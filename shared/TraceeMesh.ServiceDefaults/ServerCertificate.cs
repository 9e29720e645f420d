using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TraceeMesh.Contracts;
using TraceeMesh.ServiceDefaults.Configuration;

namespace TraceeMesh.ServiceDefaults;

/// <summary>The certificate that a server of ours shows.</summary>
public static class ServerCertificate
{
    /// <summary>Reads it.</summary>
    /// <param name="certificate">PEM file of the chain; null: no TLS.</param>
    /// <param name="key">PEM file of the key; the same when null.</param>
    /// <param name="setting">The setting that names it, for the message.</param>
    /// <exception cref="ServiceExitException">It cannot be used.</exception>
    public static X509Certificate2? Load(string? certificate, string? key, Setting setting)
    {
        if (certificate is null)
        {
            return null;
        }

        try
        {
            return X509Certificate2.CreateFromPemFile(certificate, key);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new ServiceExitException(ExitCode.Usage, $"{setting.Flag} {certificate}, with the key in {key ?? "the same file"}: {e.Message}; both are PEM files");
        }
    }
}
