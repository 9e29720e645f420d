using System.Net;
using TraceeMesh.Contracts;
using TraceeMesh.ServiceDefaults;

namespace TraceeMesh.DataSourceApi.Access;

/// <summary>An address beyond this machine that would let strangers in is refused, unless the operator insists.</summary>
/// <param name="isEncrypted">Whether there is a certificate for TLS.</param>
/// <param name="hasPolicy">Whether a policy says who may do what.</param>
/// <param name="isInsisted">Whether the operator takes what comes of it on himself.</param>
public sealed class StrangerRule(bool isEncrypted, bool hasPolicy, bool isInsisted)
{
    /// <summary>Reads what was configured.</summary>
    /// <param name="options">The options of the service.</param>
    /// <param name="isEncrypted">Whether there is a certificate for TLS.</param>
    /// <exception cref="ServiceExitException">It cannot be understood.</exception>
    public static StrangerRule Read(MeshOptions options, bool isEncrypted) => options.Configuration["INSECURE"] switch
    {
        null or "no" => new StrangerRule(isEncrypted, options.Configuration["ACCESS"] is not null, isInsisted: false),
        "yes" => new StrangerRule(isEncrypted, options.Configuration["ACCESS"] is not null, isInsisted: true),
        var other => throw new ServiceExitException(ExitCode.Usage, $"--insecure {other}: yes or no"),
    };

    /// <summary>Refuses an address.</summary>
    /// <param name="flag">The flag that names it.</param>
    /// <param name="address">The address.</param>
    /// <param name="harm">What anybody could do there.</param>
    /// <exception cref="ServiceExitException">It would let strangers in.</exception>
    public void Check(string flag, IPEndPoint address, string harm)
    {
        if (IPAddress.IsLoopback(address.Address) || (isEncrypted && hasPolicy) || isInsisted)
        {
            return;
        }

        var missing = (isEncrypted, hasPolicy) switch
        {
            (false, false) => "without TLS (--grpc-certificate, --grpc-key) and without a policy (--access)",
            (false, true) => "without TLS (--grpc-certificate, --grpc-key)",
            _ => "without a policy (--access)",
        };
        throw new ServiceExitException(ExitCode.Usage, $"{flag} {address}: beyond this machine {missing} anybody could {harm}; give what is missing, or say --insecure yes");
    }
}
