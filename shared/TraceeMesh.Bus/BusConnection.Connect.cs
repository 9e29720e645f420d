namespace TraceeMesh.Bus;

public sealed partial class BusConnection
{
    private static readonly TimeSpan FirstConnectRetry = TimeSpan.FromMilliseconds(100);

    /// <summary>Connects.</summary>
    /// <param name="options">Where, who, and the bounds.</param>
    /// <param name="cancellation">Gives up waiting for a server.</param>
    /// <exception cref="BusException">The library is missing, no server answers, or the server refuses us.</exception>
    public static async Task<BusConnection> ConnectAsync(BusOptions options, CancellationToken cancellation = default)
    {
        LibNats.EnsureLoaded();
        var started = options.Time.GetTimestamp();
        while (true)
        {
            var connection = new BusConnection(options);
            try
            {
                await Task.Run(connection.Open, cancellation);
                return connection;
            }
            catch (BusException e) when (e.Kind == BusErrorKind.Unreachable && options.Time.GetElapsedTime(started) < options.WaitForServer)
            {
                await connection.Abandon();
            }
            catch
            {
                await connection.Abandon();
                throw;
            }

            await Task.Delay(FirstConnectRetry, options.Time, cancellation);
        }
    }

    private unsafe void Open()
    {
        Connections[_id] = this;
        nint native = 0;
        var options = CreateNativeOptions();
        try
        {
            var status = LibNats.Connect(&native, options);
            if (status != NatsStatus.Ok)
            {
                throw ConnectFailure(status);
            }
        }
        finally
        {
            LibNats.OptionsDestroy(options);
        }

        _native.Pointer = native;
        _replies = AddSubscription($"{InboxPrefix}.r.*", null, OnReply, BusSubscriptionOptions.NativeLimit);
    }

    private async ValueTask Abandon()
    {
        if (_native.Pointer != 0)
        {
            await DisposeAsync();
        }

        _requests.Dispose();
        Connections.TryRemove(_id, out _);
    }

    private BusException ConnectFailure(NatsStatus status)
    {
        var urls = string.Join(", ", _options.Urls.Select(Redact));
        var detail = LibNats.LastError();
        return status switch
        {
            NatsStatus.NoServer or NatsStatus.Timeout => new BusException(BusErrorKind.Unreachable, $"no NATS server answers at {urls} ({detail}): start one there or give another address"),
            NatsStatus.AuthorizationFailed => new BusException(BusErrorKind.Unauthorized, $"the NATS server at {urls} refused {Identity()} ({detail}): check the user, password or credentials file"),
            NatsStatus.Ssl or NatsStatus.SecureConnectionRequired or NatsStatus.SecureConnectionWanted => new BusException(BusErrorKind.Tls, $"no encrypted connection to {urls} ({detail}): check the certificate authority, the certificate's names and whether the server speaks TLS"),
            _ => new BusException(BusErrorKind.Other, $"cannot connect to {urls}: {LibNats.Describe(status)} ({detail})"),
        };
    }

    private string Identity() => _options switch
    {
        { User: { } user } => $"user '{user}'",
        { CredentialsFile: { } file } => $"the credentials in {file}",
        _ => "a client without credentials",
    };
}
