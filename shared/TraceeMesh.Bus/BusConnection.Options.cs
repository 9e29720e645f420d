using System.Runtime.InteropServices;
using System.Text;

namespace TraceeMesh.Bus;

public sealed unsafe partial class BusConnection
{
    private nint CreateNativeOptions()
    {
        nint options = 0;
        Check(LibNats.OptionsCreate(&options), "creating the options");
        try
        {
            SetServers(options);
            SetIdentity(options);
            if (_options.Tls is { } tls)
            {
                SetTls(options, tls);
            }

            Check(LibNats.OptionsSetTimeout(options, Milliseconds(_options.ConnectTimeout)), "the connect time-out");
            Check(LibNats.OptionsSetPingInterval(options, Milliseconds(_options.PingInterval)), "the ping interval");
            Check(LibNats.OptionsSetWriteDeadline(options, Milliseconds(_options.WriteDeadline)), "the write deadline");
            Check(LibNats.OptionsSetMaxReconnect(options, -1), "reconnecting for ever");
            Check(LibNats.OptionsSetReconnectWait(options, Milliseconds(_options.ReconnectWait)), "the reconnect wait");
            // 0 would mean 8 MiB; with 1, and the check before each publish, nothing is held.
            Check(LibNats.OptionsSetReconnectBuffer(options, Math.Max(1, _options.ReconnectBufferBytes)), "the reconnect buffer");
            Check(LibNats.OptionsSetSendAsap(options, _options.SendAsap ? (byte)1 : (byte)0), "send-asap");
            Check(LibNats.OptionsUseGlobalDelivery(options, 1), "global delivery");
            Check(LibNats.OptionsSetErrorHandler(options, &OnError, _id), "the error handler");
            Check(LibNats.OptionsSetDisconnected(options, &OnDisconnected, _id), "the disconnected handler");
            Check(LibNats.OptionsSetReconnected(options, &OnReconnected, _id), "the reconnected handler");
            Check(LibNats.OptionsSetClosed(options, &OnClosed, _id), "the closed handler");
            return options;
        }
        catch
        {
            LibNats.OptionsDestroy(options);
            throw;
        }
    }

    private void SetServers(nint options)
    {
        var count = _options.Urls.Count;
        var servers = stackalloc byte*[count];
        try
        {
            for (var i = 0; i < count; i++)
            {
                servers[i] = (byte*)Marshal.StringToCoTaskMemUTF8(_options.Urls[i]);
            }

            Check(LibNats.OptionsSetServers(options, servers, count), $"the address {string.Join(',', _options.Urls.Select(Redact))}");
            Check(LibNats.OptionsSetNoRandomize(options, 1), "the order of addresses");
        }
        finally
        {
            for (var i = 0; i < count; i++)
            {
                Marshal.FreeCoTaskMem((nint)servers[i]);
            }
        }
    }

    private void SetIdentity(nint options)
    {
        fixed (byte* name = Terminated(_options.Name), user = Terminated(_options.User), password = Terminated(_options.Password), credentials = Terminated(_options.CredentialsFile))
        {
            Check(LibNats.OptionsSetName(options, name), "the connection's name");
            if (_options.User is not null)
            {
                Check(LibNats.OptionsSetUserInfo(options, user, password), "user and password");
            }

            if (_options.CredentialsFile is not null)
            {
                RequireFile(_options.CredentialsFile, "credentials");
                Check(LibNats.OptionsSetCredentials(options, credentials, null), $"the credentials file {_options.CredentialsFile}");
            }
        }
    }

    private void SetTls(nint options, BusTls tls)
    {
        Check(LibNats.OptionsSetSecure(options, 1), "TLS");
        fixed (byte* authority = Terminated(tls.CertificateAuthorityFile), certificate = Terminated(tls.CertificateFile), key = Terminated(tls.KeyFile), name = Terminated(tls.ServerName ?? Host(_options.Urls[0])))
        {
            if (tls.CertificateAuthorityFile is not null)
            {
                RequireFile(tls.CertificateAuthorityFile, "certificate authority");
                Check(LibNats.OptionsLoadCertificateAuthority(options, authority), $"the certificate authority {tls.CertificateAuthorityFile}");
            }

            if (tls.CertificateFile is not null)
            {
                RequireFile(tls.CertificateFile, "certificate");
                RequireFile(tls.KeyFile ?? "", "key");
                Check(LibNats.OptionsLoadCertificate(options, certificate, key), $"the certificate {tls.CertificateFile}");
            }

            Check(LibNats.OptionsSetExpectedHostname(options, name), "the server's name");
        }
    }

    private static void RequireFile(string path, string what)
    {
        if (!File.Exists(path))
        {
            throw new BusException(BusErrorKind.InvalidArgument, $"the {what} file '{path}' does not exist or cannot be read");
        }
    }

    private static void Check(NatsStatus status, string what)
    {
        if (status != NatsStatus.Ok)
        {
            throw new BusException(BusErrorKind.InvalidArgument, $"the bus option is not usable: {what}: {LibNats.Describe(status)} ({LibNats.LastError()})");
        }
    }

    private static byte[]? Terminated(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text + '\0');

    private static long Milliseconds(TimeSpan time) => Math.Max(1, (long)time.TotalMilliseconds);

    private static string Host(string url) => Uri.TryCreate(url.Contains("://", StringComparison.Ordinal) ? url : "nats://" + url, UriKind.Absolute, out var uri) ? uri.Host : url;
}
