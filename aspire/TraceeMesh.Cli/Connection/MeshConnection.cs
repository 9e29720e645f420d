using TraceeMesh.Bus;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Connection;

/// <summary>Connects a command to the bus of its mesh.</summary>
internal static class MeshConnection
{
    /// <exception cref="CommandException">No server answers there, or it refuses us.</exception>
    public static async Task<BusConnection> Open(MeshAddress address, CancellationToken cancellation)
    {
        var user = address.CredentialsFile is { } file ? BusCredentials.Read(file) : null;
        try
        {
            return await BusConnection.ConnectAsync(
                new BusOptions { Urls = address.Nats.Split(','), Name = "tmesh", User = user?.User, Password = user?.Password, Tls = Tls(address.Nats, Environment.GetEnvironmentVariable) },
                cancellation);
        }
        catch (BusException exception)
        {
            throw Failure(exception);
        }
    }

    /// <summary>By the variables that services read, too.</summary>
    private static BusTls? Tls(string nats, Func<string, string?> environment)
    {
        var (authorities, certificate, key, name) = (Given("CA"), Given("CERTIFICATE"), Given("KEY"), Given("SERVER_NAME"));
        return nats.StartsWith("tls://", StringComparison.Ordinal) || (authorities ?? certificate ?? name) is not null
            ? new BusTls { CertificateAuthorityFile = authorities, CertificateFile = certificate, KeyFile = key, ServerName = name }
            : null;

        string? Given(string what) => environment($"TRACEEMESH_NATS_{what}") is { Length: > 0 } text ? text : null;
    }

    /// <summary>The bus's own words with the exit code they mean.</summary>
    public static CommandException Failure(BusException exception) =>
        new(exception.Kind switch
        {
            BusErrorKind.LibraryMissing => ExitCode.MissingDependency,
            BusErrorKind.InvalidArgument => ExitCode.Usage,
            BusErrorKind.Unreachable or BusErrorKind.Unauthorized or BusErrorKind.Tls or BusErrorKind.Disconnected or BusErrorKind.Closed => ExitCode.BusUnreachable,
            _ => ExitCode.Failure,
        },
        exception.Message,
        exception);
}
