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
                new BusOptions { Urls = address.Nats.Split(','), Name = "tmesh", User = user?.User, Password = user?.Password },
                cancellation);
        }
        catch (BusException exception)
        {
            throw Failure(exception);
        }
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
