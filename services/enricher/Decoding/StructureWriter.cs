using System.Buffers.Text;
using System.Net;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Enricher.Decoding;

/// <summary>Writes the arguments that are maps, with Tracee's names (docs/wire.md). What it returns holds until the next one.</summary>
internal sealed class StructureWriter : IDisposable
{
    /// <summary>Numbers of one task's credentials.</summary>
    public const int CredentialNumbers = 15;

    private const int AddressTextMax = 64;
    private const byte AbstractName = (byte)'@';

    private readonly MessagePackWriter _writer = new();
    private readonly byte[] _text = new byte[AddressTextMax];
    private readonly byte[] _path = new byte[RecordPathMax];

    private const int RecordPathMax = 256;

    // In the order in which the kernel side writes them.
    private static readonly string[] CredentialNames =
    [
        "Uid", "Gid", "Suid", "Sgid", "Euid", "Egid", "Fsuid", "Fsgid", "UserNamespace", "SecureBits",
        "CapInheritable", "CapPermitted", "CapEffective", "CapBounding", "CapAmbient",
    ];

    /// <summary>A socket address; all of its values are texts.</summary>
    /// <param name="bytes">A <c>struct sockaddr</c> with at least its family.</param>
    public ReadOnlySpan<byte> SocketAddress(ReadOnlySpan<byte> bytes)
    {
        var address = new SocketAddress(bytes);
        _writer.Reset();
        switch (address.Family)
        {
            case Decoding.SocketAddress.Internet:
                _writer.WriteMapHeader(3);
                Text("sa_family"u8, "AF_INET"u8);
                Text("sin_addr"u8, AddressText(address.Address));
                Number("sin_port"u8, address.Port);
                break;
            case Decoding.SocketAddress.Internet6:
                _writer.WriteMapHeader(5);
                Text("sa_family"u8, "AF_INET6"u8);
                Text("sin6_addr"u8, AddressText(address.Address));
                Number("sin6_port"u8, address.Port);
                Number("sin6_flowinfo"u8, address.FlowInfo);
                Number("sin6_scopeid"u8, address.Scope);
                break;
            case Decoding.SocketAddress.Unix:
                _writer.WriteMapHeader(2);
                Text("sa_family"u8, "AF_UNIX"u8);
                Text("sun_path"u8, PathText(address.Path));
                break;
            default:
                _writer.WriteMapHeader(1);
                Family(address.Family);
                break;
        }

        return _writer.WrittenSpan;
    }

    /// <summary>The credentials of a task.</summary>
    /// <param name="numbers">At least <see cref="CredentialNumbers"/>.</param>
    public ReadOnlySpan<byte> Credentials(ReadOnlySpan<long> numbers)
    {
        _writer.Reset();
        _writer.WriteMapHeader(CredentialNumbers);
        for (var i = 0; i < CredentialNumbers; i++)
        {
            _writer.WriteText(CredentialNames[i]);
            _writer.WriteUInt((ulong)numbers[i]);
        }

        return _writer.WrittenSpan;
    }

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();

    private void Text(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        _writer.WriteText(name);
        _writer.WriteText(value);
    }

    private void Number(ReadOnlySpan<byte> name, long value)
    {
        _ = Utf8Formatter.TryFormat(value, _text, out var length);
        Text(name, _text.AsSpan(0, length));
    }

    private void Family(int family)
    {
        var name = family switch
        {
            0 => "AF_UNSPEC"u8,
            16 => "AF_NETLINK"u8,
            17 => "AF_PACKET"u8,
            38 => "AF_ALG"u8,
            40 => "AF_VSOCK"u8,
            44 => "AF_XDP"u8,
            _ => default,
        };
        if (name.IsEmpty)
        {
            Number("sa_family"u8, family);
        }
        else
        {
            Text("sa_family"u8, name);
        }
    }

    private ReadOnlySpan<byte> AddressText(ReadOnlySpan<byte> address)
    {
        if (address.IsEmpty)
        {
            return default;
        }

        _ = new IPAddress(address).TryFormat(_text, out var length);
        return _text.AsSpan(0, length);
    }

    // An abstract name begins with a NUL, which people write as an @.
    private ReadOnlySpan<byte> PathText(ReadOnlySpan<byte> path)
    {
        var length = Math.Min(path.Length, _path.Length);
        path[..length].CopyTo(_path);
        if (length > 0 && _path[0] == 0)
        {
            _path[0] = AbstractName;
        }

        return _path.AsSpan(0, length);
    }
}
