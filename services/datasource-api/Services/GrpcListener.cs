using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using TraceeMesh.Contracts;
using TraceeMesh.Grpc;
using TraceeMesh.ServiceDefaults;
using TraceeMesh.ServiceDefaults.Configuration;

namespace TraceeMesh.DataSourceApi.Services;

/// <summary>
/// Where gRPC is served: an address of loopback, a unix socket, or, with TLS and a policy, any address. What would let strangers in
/// is refused, unless the operator insists.
/// </summary>
public sealed class GrpcListener
{
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
        var address = options.Get(MeshSettings.GrpcAddress)!;
        if (address.StartsWith(UnixPrefix, StringComparison.Ordinal))
        {
            _socket = Path.GetFullPath(address[UnixPrefix.Length..]);
        }
        else
        {
            _address = IPEndPoint.Parse(address);
        }

        _certificate = ServerCertificate.Load(options.Get(MeshSettings.GrpcCertificate), options.Get(MeshSettings.GrpcKey), MeshSettings.GrpcCertificate);
        _clientAuthorities = options.Get(MeshSettings.GrpcClientCa);
        RefuseStrangers(address, options.Get(MeshSettings.Access) is not null, options.Get(MeshSettings.Insecure));
    }

    /// <summary>Whether calls are encrypted.</summary>
    public bool IsEncrypted => _certificate is not null;

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

    private void RefuseStrangers(string address, bool hasPolicy, bool insecure)
    {
        if (_socket is not null || IPAddress.IsLoopback(_address!.Address) || (IsEncrypted && hasPolicy) || insecure)
        {
            return;
        }

        var missing = (IsEncrypted, hasPolicy) switch
        {
            (false, false) => "without TLS (--grpc-certificate, --grpc-key) and without a policy (--access)",
            (false, true) => "without TLS (--grpc-certificate, --grpc-key)",
            _ => "without a policy (--access)",
        };
        throw new ServiceExitException(ExitCode.Usage, $"--grpc {address}: beyond this machine {missing} anybody could write data sources; give what is missing, or say --insecure yes");
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
