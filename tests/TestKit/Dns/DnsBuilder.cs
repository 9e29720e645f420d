using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace TraceeMesh.TestKit.Dns;

/// <summary>Writes DNS messages byte by byte, right ones and wrong ones; names are not compressed unless asked for.</summary>
public sealed class DnsBuilder
{
    private readonly List<byte> _bytes = [.. new byte[12]];

    /// <summary>Type of an IPv4 address.</summary>
    public const int A = 1;

    /// <summary>Type of an alias.</summary>
    public const int Cname = 5;

    /// <summary>Type of the name of an address.</summary>
    public const int Ptr = 12;

    /// <summary>Type of who takes mail.</summary>
    public const int Mx = 15;

    /// <summary>Type of texts.</summary>
    public const int Txt = 16;

    /// <summary>Type of an IPv6 address.</summary>
    public const int Aaaa = 28;

    /// <summary>Type of who serves.</summary>
    public const int Srv = 33;

    /// <summary>Type of EDNS options.</summary>
    public const int Opt = 41;

    /// <summary>A message with a header and nothing else.</summary>
    public DnsBuilder(int flags = 0x8180, int id = 0x1234)
    {
        Set(0, id);
        Set(2, flags);
    }

    /// <summary>The message.</summary>
    public byte[] Bytes => [.. _bytes];

    /// <summary>Bytes so far: where the next name begins.</summary>
    public int Length => _bytes.Count;

    /// <summary>An answer with one question, and its records.</summary>
    public static byte[] Response(string question, int type, params (string Name, int Type, uint TimeToLive, string Data)[] answers)
    {
        var builder = new DnsBuilder().Question(question, type);
        foreach (var (name, recordType, timeToLive, data) in answers)
        {
            builder.Answer(name, recordType, timeToLive, data);
        }

        return builder.Bytes;
    }

    /// <summary>A name as a message holds it.</summary>
    public static byte[] Name(string name)
    {
        List<byte> bytes = [];
        foreach (var label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            bytes.Add((byte)label.Length);
            bytes.AddRange(Encoding.Latin1.GetBytes(label));
        }

        return [.. bytes, 0];
    }

    /// <summary>Sets one of the six numbers of the header, which is at this offset.</summary>
    public DnsBuilder Set(int at, int value)
    {
        Span<byte> number = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(number, (ushort)value);
        (_bytes[at], _bytes[at + 1]) = (number[0], number[1]);
        return this;
    }

    /// <summary>Adds a question.</summary>
    public DnsBuilder Question(string name, int type, int dnsClass = 1) => Raw(Name(name)).Word(type).Word(dnsClass).Count(4);

    /// <summary>Adds an answer; its data is an address, a name, or for MX and SRV the numbers in front of the name, separated by blanks.</summary>
    public DnsBuilder Answer(string name, int type, uint timeToLive, string data) => Answer(Name(name), type, timeToLive, Data(type, data));

    /// <summary>Adds an answer of any bytes.</summary>
    public DnsBuilder Answer(byte[] name, int type, uint timeToLive, byte[] data) => Record(name, type, 1, timeToLive, data).Count(6);

    /// <summary>Adds an authority of any bytes.</summary>
    public DnsBuilder Authority(byte[] name, int type, uint timeToLive, byte[] data) => Record(name, type, 1, timeToLive, data).Count(8);

    /// <summary>Adds an additional record of any bytes.</summary>
    public DnsBuilder Additional(byte[] name, int type, int dnsClass, uint timeToLive, byte[] data) => Record(name, type, dnsClass, timeToLive, data).Count(10);

    /// <summary>Adds bytes.</summary>
    public DnsBuilder Raw(params ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    /// <summary>Adds a number of 16 bits.</summary>
    public DnsBuilder Word(int value) => Raw((byte)(value >> 8), (byte)value);

    private static byte[] Data(int type, string data)
    {
        if (type is A or Aaaa)
        {
            return IPAddress.Parse(data).GetAddressBytes();
        }

        var words = data.Split(' ');
        var numbers = new DnsBuilder();
        foreach (var number in words[..^1])
        {
            numbers.Word(int.Parse(number, System.Globalization.CultureInfo.InvariantCulture));
        }

        return [.. numbers.Bytes[12..], .. Name(words[^1])];
    }

    private DnsBuilder Record(byte[] name, int type, int dnsClass, uint timeToLive, byte[] data) =>
        Raw(name).Word(type).Word(dnsClass).Word((int)(timeToLive >> 16)).Word((int)(timeToLive & 0xffff)).Word(data.Length).Raw(data);

    private DnsBuilder Count(int at) => Set(at, ((_bytes[at] << 8) | _bytes[at + 1]) + 1);
}
