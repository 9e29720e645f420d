using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace TraceeMesh.Bus;

/// <summary>
/// The binding of libnats, the official C client: everything this assembly knows of it, in one file.
/// </summary>
/// <remarks>
/// The traps:
/// a publish copies its arguments, so pinning for the call is enough, and may block on a full socket;
/// without send-asap a publish waits up to a millisecond for the flusher thread;
/// callbacks run on the library's threads, own their message, destroy it exactly once, and must let no exception out;
/// without global delivery every subscription costs a thread;
/// what a message points to dies with it; the array of header names is freed by the caller, the names are not;
/// a subscription or connection may be used by another thread while it is closed but not while it is destroyed;
/// an error reported asynchronously has one text per connection, so the text may be that of the next error;
/// a reconnect buffer of 0 means the default of 8 MiB;
/// the version check macro of the header ends the process on a mismatch, so it is done here.
/// </remarks>
internal static unsafe partial class LibNats
{
    private const string Library = "nats";
    private const uint OldestVersion = 0x030400;
    private static readonly string[] FileNames = ["libnats.so.3.4", "libnats.so"];
    private static readonly Lazy<nint> Loaded = new(Load);

    /// <summary>Subjects and header names beyond this length are refused.</summary>
    public const int MaxSubjectLength = 512;

    static LibNats() => NativeLibrary.SetDllImportResolver(typeof(LibNats).Assembly, (name, _, _) => name == Library ? Loaded.Value : 0);

    /// <exception cref="BusException">The library is missing or too old.</exception>
    public static void EnsureLoaded() => _ = Loaded.Value;

    /// <summary>What the library said of the last failure on this thread.</summary>
    public static string LastError() => Text(GetLastError(null));

    /// <summary>The library's words for a status.</summary>
    public static string Describe(NatsStatus status) => Text(StatusText(status));

    public static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";

    public static ReadOnlySpan<byte> Bytes(byte* text) => MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text);

    /// <summary>
    /// Writes a subject and its terminating zero. Refuses what could break out of the protocol's line: anything but visible ASCII.
    /// </summary>
    public static bool TryEncodeSubject(ReadOnlySpan<char> subject, Span<byte> destination)
    {
        if (subject.IsEmpty || subject.Length >= destination.Length || subject.ContainsAnyExceptInRange('!', '~'))
        {
            return false;
        }

        destination[Encoding.ASCII.GetBytes(subject, destination)] = 0;
        return true;
    }

    private static nint Load()
    {
        foreach (var name in FileNames)
        {
            if (NativeLibrary.TryLoad(name, Assembly.GetExecutingAssembly(), DllImportSearchPath.SafeDirectories, out var handle))
            {
                var version = ((delegate* unmanaged<uint>)NativeLibrary.GetExport(handle, "nats_GetVersionNumber"))();
                return version >= OldestVersion && version >> 16 == OldestVersion >> 16
                    ? handle
                    : throw new BusException(BusErrorKind.LibraryMissing, $"{name} has version {version >> 16}.{(version >> 8) & 255}, wanted is 3.4 or a later 3.x: install the Debian package libnats3.4 (apt-get install libnats3.4)");
            }
        }

        throw new BusException(BusErrorKind.LibraryMissing, "the NATS C client libnats.so.3.4 is not installed: install the Debian package libnats3.4 (apt-get install libnats3.4)");
    }

    [LibraryImport(Library, EntryPoint = "nats_GetLastError")]
    private static partial byte* GetLastError(NatsStatus* status);

    [LibraryImport(Library, EntryPoint = "natsStatus_GetText")]
    private static partial byte* StatusText(NatsStatus status);

    // Options

    [LibraryImport(Library, EntryPoint = "natsOptions_Create")]
    public static partial NatsStatus OptionsCreate(nint* options);

    [LibraryImport(Library, EntryPoint = "natsOptions_Destroy")]
    public static partial void OptionsDestroy(nint options);

    [LibraryImport(Library, EntryPoint = "natsOptions_SetServers")]
    public static partial NatsStatus OptionsSetServers(nint options, byte** servers, int count);

    [LibraryImport(Library, EntryPoint = "natsOptions_SetNoRandomize")]
    public static partial NatsStatus OptionsSetNoRandomize(nint options, byte noRandomize);

    [LibraryImport(Library, EntryPoint = "natsOptions_SetName")]
    public static partial NatsStatus OptionsSetName(nint options, byte* name);

    [LibraryImport(Library, EntryPoint = "natsOptions_SetUserInfo")]
    public static partial NatsStatus OptionsSetUserInfo(nint options, byte* user, byte* password);

    [LibraryImport(Library, EntryPoint = "natsOptions_SetUserCredentialsFromFiles")]
    public static partial NatsStatus OptionsSetCredentials(nint options, byte* file, byte* seedFile);

    [LibraryImport(Library, EntryPoint = "natsOptions_SetSecure")]
    public static partial NatsStatus OptionsSetSecure(nint options, byte secure);

    [LibraryImport(Library, EntryPoint = "natsOptions_LoadCATrustedCertificates")]
    public static partial NatsStatus OptionsLoadCertificateAuthority(nint options, byte* file);

    [LibraryImport(Library, EntryPoint = "natsOptions_LoadCertificatesChain")]
    public static partial NatsStatus OptionsLoadCertificate(nint options, byte* certificateFile, byte* keyFile);

    [LibraryImport(Library, EntryPoint = "natsOptions_SetExpectedHostname")]
    public static partial NatsStatus OptionsSetExpectedHostname(nint options, byte* name);

    [LibraryImport(Library, EntryPoint = "natsOptions_SetTimeout")]
    public static partial NatsStatus OptionsSetTimeout(nint options, long milliseconds);

    [LibraryImport(Library, EntryPoint = "natsOptions_SetPingInterval")]
    public static partial NatsStatus OptionsSetPingInterval(nint options, long milliseconds);

    [LibraryImport(Library, EntryPoint = "natsOptions_SetMaxReconnect")]
    public static partial NatsStatus OptionsSetMaxReconnect(nint options, int attempts);

    [LibraryImport(Library, EntryPoint = "natsOptions_SetReconnectWait")]
    public static partial NatsStatus OptionsSetReconnectWait(nint options, long milliseconds);

    [LibraryImport(Library, EntryPoint = "natsOptions_SetReconnectBufSize")]
    public static partial NatsStatus OptionsSetReconnectBuffer(nint options, int bytes);

    [LibraryImport(Library, EntryPoint = "natsOptions_SetWriteDeadline")]
    public static partial NatsStatus OptionsSetWriteDeadline(nint options, long milliseconds);

    [LibraryImport(Library, EntryPoint = "natsOptions_SetSendAsap")]
    public static partial NatsStatus OptionsSetSendAsap(nint options, byte sendAsap);

    [LibraryImport(Library, EntryPoint = "natsOptions_UseGlobalMessageDelivery")]
    public static partial NatsStatus OptionsUseGlobalDelivery(nint options, byte global);

    [LibraryImport(Library, EntryPoint = "natsOptions_SetErrorHandler")]
    public static partial NatsStatus OptionsSetErrorHandler(nint options, delegate* unmanaged[Cdecl]<nint, nint, NatsStatus, nint, void> handler, nint closure);

    [LibraryImport(Library, EntryPoint = "natsOptions_SetDisconnectedCB")]
    public static partial NatsStatus OptionsSetDisconnected(nint options, delegate* unmanaged[Cdecl]<nint, nint, void> handler, nint closure);

    [LibraryImport(Library, EntryPoint = "natsOptions_SetReconnectedCB")]
    public static partial NatsStatus OptionsSetReconnected(nint options, delegate* unmanaged[Cdecl]<nint, nint, void> handler, nint closure);

    [LibraryImport(Library, EntryPoint = "natsOptions_SetClosedCB")]
    public static partial NatsStatus OptionsSetClosed(nint options, delegate* unmanaged[Cdecl]<nint, nint, void> handler, nint closure);

    // Connection

    [LibraryImport(Library, EntryPoint = "natsConnection_Connect")]
    public static partial NatsStatus Connect(nint* connection, nint options);

    [LibraryImport(Library, EntryPoint = "natsConnection_Close")]
    public static partial void Close(nint connection);

    [LibraryImport(Library, EntryPoint = "natsConnection_Destroy")]
    public static partial void Destroy(nint connection);

    [LibraryImport(Library, EntryPoint = "natsConnection_DrainTimeout")]
    public static partial NatsStatus Drain(nint connection, long milliseconds);

    [LibraryImport(Library, EntryPoint = "natsConnection_FlushTimeout")]
    public static partial NatsStatus Flush(nint connection, long milliseconds);

    [LibraryImport(Library, EntryPoint = "natsConnection_Status")]
    public static partial NatsConnectionStatus ConnectionStatus(nint connection);

    [LibraryImport(Library, EntryPoint = "natsConnection_GetMaxPayload")]
    public static partial long MaxPayload(nint connection);

    [LibraryImport(Library, EntryPoint = "natsConnection_GetConnectedUrl")]
    public static partial NatsStatus ConnectedUrl(nint connection, byte* buffer, nuint size);

    [LibraryImport(Library, EntryPoint = "natsConnection_GetLastError")]
    public static partial NatsStatus ConnectionLastError(nint connection, byte** text);

    [LibraryImport(Library, EntryPoint = "natsConnection_Publish")]
    public static partial NatsStatus Publish(nint connection, byte* subject, byte* data, int length);

    [LibraryImport(Library, EntryPoint = "natsConnection_PublishRequest")]
    public static partial NatsStatus PublishRequest(nint connection, byte* subject, byte* reply, byte* data, int length);

    [LibraryImport(Library, EntryPoint = "natsConnection_PublishMsg")]
    public static partial NatsStatus PublishMessage(nint connection, nint message);

    [LibraryImport(Library, EntryPoint = "natsConnection_GetStats")]
    public static partial NatsStatus GetStatistics(nint connection, nint statistics);

    [LibraryImport(Library, EntryPoint = "natsStatistics_Create")]
    public static partial NatsStatus StatisticsCreate(nint* statistics);

    [LibraryImport(Library, EntryPoint = "natsStatistics_GetCounts")]
    public static partial NatsStatus StatisticsCounts(nint statistics, ulong* inMessages, ulong* inBytes, ulong* outMessages, ulong* outBytes, ulong* reconnects);

    [LibraryImport(Library, EntryPoint = "natsStatistics_Destroy")]
    public static partial void StatisticsDestroy(nint statistics);

    // Subscriptions

    [LibraryImport(Library, EntryPoint = "natsConnection_Subscribe")]
    public static partial NatsStatus Subscribe(nint* subscription, nint connection, byte* subject, delegate* unmanaged[Cdecl]<nint, nint, nint, nint, void> handler, nint closure);

    [LibraryImport(Library, EntryPoint = "natsConnection_QueueSubscribe")]
    public static partial NatsStatus QueueSubscribe(nint* subscription, nint connection, byte* subject, byte* queue, delegate* unmanaged[Cdecl]<nint, nint, nint, nint, void> handler, nint closure);

    [LibraryImport(Library, EntryPoint = "natsSubscription_SetPendingLimits")]
    public static partial NatsStatus SubscriptionSetLimits(nint subscription, int messages, int bytes);

    [LibraryImport(Library, EntryPoint = "natsSubscription_GetDropped")]
    public static partial NatsStatus SubscriptionDropped(nint subscription, long* messages);

    [LibraryImport(Library, EntryPoint = "natsSubscription_Unsubscribe")]
    public static partial NatsStatus Unsubscribe(nint subscription);

    [LibraryImport(Library, EntryPoint = "natsSubscription_Destroy")]
    public static partial void SubscriptionDestroy(nint subscription);

    // Messages

    [LibraryImport(Library, EntryPoint = "natsMsg_Create")]
    public static partial NatsStatus MessageCreate(nint* message, byte* subject, byte* reply, byte* data, int length);

    [LibraryImport(Library, EntryPoint = "natsMsg_Destroy")]
    public static partial void MessageDestroy(nint message);

    [LibraryImport(Library, EntryPoint = "natsMsg_GetSubject")]
    public static partial byte* MessageSubject(nint message);

    [LibraryImport(Library, EntryPoint = "natsMsg_GetReply")]
    public static partial byte* MessageReply(nint message);

    [LibraryImport(Library, EntryPoint = "natsMsg_GetData")]
    public static partial byte* MessageData(nint message);

    [LibraryImport(Library, EntryPoint = "natsMsg_GetDataLength")]
    public static partial int MessageDataLength(nint message);

    [LibraryImport(Library, EntryPoint = "natsMsg_IsNoResponders")]
    public static partial byte MessageIsNoResponders(nint message);

    [LibraryImport(Library, EntryPoint = "natsMsgHeader_Set")]
    public static partial NatsStatus HeaderSet(nint message, byte* name, byte* value);

    [LibraryImport(Library, EntryPoint = "natsMsgHeader_Get")]
    public static partial NatsStatus HeaderGet(nint message, byte* name, byte** value);

    [LibraryImport(Library, EntryPoint = "natsMsgHeader_Keys")]
    public static partial NatsStatus HeaderNames(nint message, byte*** names, int* count);
}

/// <summary>natsStatus of the header status.h; only the members this assembly tells apart.</summary>
internal enum NatsStatus
{
    Ok = 0,
    ConnectionClosed = 5,
    NoServer = 6,
    SecureConnectionWanted = 8,
    SecureConnectionRequired = 9,
    Disconnected = 10,
    AuthorizationFailed = 11,
    NotPermitted = 12,
    NotFound = 13,
    SlowConsumer = 20,
    MaxPayload = 21,
    InsufficientBuffer = 23,
    Timeout = 26,
    Ssl = 29,
    Draining = 32,
}

/// <summary>natsConnStatus of the header status.h.</summary>
internal enum NatsConnectionStatus
{
    Disconnected,
    Connecting,
    Connected,
    Closed,
    Reconnecting,
    DrainingSubscriptions,
    DrainingPublishes,
}
