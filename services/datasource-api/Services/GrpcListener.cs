using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using TraceeMesh.Contracts;
using TraceeMesh.DataSourceApi.Access;
using TraceeMesh.Grpc;
using TraceeMesh.ServiceDefaults;

namespace TraceeMesh.DataSourceApi.Services;

/// <summary>
/// Where gRPC is served: an address of loopback, a unix socket, or, with TLS and a policy, any address. What would let strangers in
/// is refused, unless the operator insists.
/// </summary>
public sealed class GrpcListener
{
    /// <summary>The flags that it reads, each with its environment variable without the prefix TRACEEMESH_.</summary>
    public static readonly IReadOnlyDictionary<string, string> Flags = new Dictionary<string, string>
    {
        ["--grpc"] = "GRPC_ADDRESS",
        ["--grpc-certificate"] = "GRPC_CERTIFICATE",
        ["--grpc-key"] = "GRPC_KEY",
        ["--grpc-client-ca"] = "GRPC_CLIENT_CA",
        ["--access"] = "ACCESS",
        ["--insecure"] = "INSECURE",
    };

    private const string UnixPrefix = "unix:";
    private const UnixFileMode SocketMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string? _socket;
    private readonly IPEndPoint? _address;
    private readonly X509Certificate2? _certificate;
    private readonly X509Certificate2Collection? _clientAuthorities;

    /// <summary>Reads what was configured.</summary>
    /// <exception cref="ServiceExitException">It cannot be used, or would let strangers in.</exception>
    public GrpcListener(MeshOptions options)
    {
        var configuration = options.Configuration;
        var address = configuration["GRPC_ADDRESS"] ?? "127.0.0.1:4466";
        if (address.StartsWith(UnixPrefix, StringComparison.Ordinal))
        {
            _socket = Path.GetFullPath(address[UnixPrefix.Length..]);
        }
        else
        {
            _address = MeshOptions.ParseEndPoint("--grpc", address);
        }

        _certificate = LoadCertificate(configuration["GRPC_CERTIFICATE"], configuration["GRPC_KEY"]);
        _clientAuthorities = LoadAuthorities(configuration["GRPC_CLIENT_CA"]);
        var strangers = StrangerRule.Read(options, isEncrypted: _certificate is not null);
        if (_address is not null)
        {
            strangers.Check("--grpc", _address, "write data sources");
        }

        Strangers = strangers;
    }

    /// <summary>The certificate of this service; null without TLS.</summary>
    public X509Certificate2? Certificate => _certificate;

    /// <summary>Which addresses are refused.</summary>
    public StrangerRule Strangers { get; }

    /// <summary>Adds the address.</summary>
    public void Listen(WebApplicationBuilder builder) => builder.WebHost.ConfigureKestrel(kestrel =>
    {
        if (_socket is null)
        {
            kestrel.Listen(_address!, Configure);
            return;
        }

        // A socket that a service left behind when it was killed is in the way.
        File.Delete(_socket);
        kestrel.ListenUnixSocket(_socket, Configure);
    });

    /// <summary>Once the server has started: nobody else may use the socket.</summary>
    public void Protect()
    {
        if (_socket is not null)
        {
            File.SetUnixFileMode(_socket, SocketMode);
        }
    }

    private static X509Certificate2? LoadCertificate(string? certificate, string? key)
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
            throw new ServiceExitException(ExitCode.Usage, $"--grpc-certificate {certificate} --grpc-key {key}: {e.Message}; both are PEM files");
        }
    }

    private static X509Certificate2Collection? LoadAuthorities(string? file)
    {
        if (file is null)
        {
            return null;
        }

        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(file);
            return authorities;
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new ServiceExitException(ExitCode.Usage, $"--grpc-client-ca {file}: {e.Message}; it is a PEM file");
        }
    }

    private void Configure(ListenOptions listen)
    {
        listen.UseGrpc();
        if (_certificate is not null)
        {
            listen.UseHttps(_certificate, https =>
            {
                https.ClientCertificateMode = _clientAuthorities is null ? ClientCertificateMode.NoCertificate : ClientCertificateMode.AllowCertificate;
                https.ClientCertificateValidation = (certificate, _, _) => IsSigned(certificate);
            });
        }
    }

    private bool IsSigned(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_clientAuthorities!);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }
}
