using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using TraceeMesh.Grpc;

namespace TraceeMesh.DataSourceApi.Access;

/// <summary>Who a caller is, by the token or the certificate he shows.</summary>
/// <param name="tokens">Principals by the SHA-256 of their tokens, in hexadecimal.</param>
/// <param name="certificates">Principals by the common name of their certificates.</param>
/// <param name="anonymous">Who shows neither; null: nobody may.</param>
public sealed class AccessPolicy(IReadOnlyDictionary<string, Principal> tokens, IReadOnlyDictionary<string, Principal> certificates, Principal? anonymous)
{
    /// <summary>How a header <c>authorization</c> with a token begins.</summary>
    public const string Scheme = "Bearer ";

    /// <summary>No policy: anybody may do anything.</summary>
    public static AccessPolicy Open { get; } = new(new Dictionary<string, Principal>(), new Dictionary<string, Principal>(), Principal.Anyone);

    /// <summary>Who shows neither token nor certificate; null: nobody may.</summary>
    public Principal? Anonymous => anonymous;

    /// <summary>Who has a token; null where nobody has it.</summary>
    public Principal? FindByToken(string token) => tokens.GetValueOrDefault(HashOf(token)); // By hash: how long a comparison takes tells nothing of a token.

    /// <summary>The principal of a call.</summary>
    /// <exception cref="GrpcException">UNAUTHENTICATED: he shows nothing, or nothing that is known.</exception>
    public Principal Authenticate(GrpcCall call)
    {
        if (call.RequestHeaders.TryGet("authorization", out var header))
        {
            return header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && FindByToken(header[Scheme.Length..].Trim()) is { } byToken
                ? byToken
                : throw new GrpcException(GrpcStatusCode.Unauthenticated, "the token is not known here");
        }

        if (call.ClientCertificate is { } certificate)
        {
            // That it was signed by the authority has been checked when the connection was made.
            return certificates.TryGetValue(certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false), out var byCertificate)
                ? byCertificate
                : throw new GrpcException(GrpcStatusCode.Unauthenticated, $"the certificate of '{certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false)}' is not known here");
        }

        return anonymous ?? throw new GrpcException(GrpcStatusCode.Unauthenticated, "a token ('authorization: Bearer ...') or a client certificate is wanted");
    }

    /// <summary>What a policy file holds of a token.</summary>
    public static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
