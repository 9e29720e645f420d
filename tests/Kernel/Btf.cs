using System.Buffers.Binary;
using System.Text;

namespace TraceeMesh.Tests.Kernel;

/// <summary>The structs an object describes in its .BTF section: size, and offset and size of each member.</summary>
public sealed class Btf
{
    private const int KindInt = 1;
    private const int KindPointer = 2;
    private const int KindArray = 3;
    private const int KindStruct = 4;
    private const int KindUnion = 5;
    private const int KindEnum = 6;
    private const int KindFunctionPrototype = 13;
    private const int KindVariable = 14;
    private const int KindDataSection = 15;
    private const int KindDeclarationTag = 17;
    private const int KindEnum64 = 19;

    private readonly byte[] _section;
    private readonly int _strings;
    private readonly List<int> _types = [0];

    public Btf(byte[] elf)
    {
        _section = Section(elf, ".BTF");
        var header = (int)UInt32(_section, 4);
        var types = header + (int)UInt32(_section, 8);
        var end = types + (int)UInt32(_section, 12);
        _strings = header + (int)UInt32(_section, 16);
        for (var at = types; at < end; at += 12 + ExtraBytes(at))
        {
            _types.Add(at);
        }
    }

    public sealed record Member(string Name, int Offset, int Size);

    /// <summary>The struct's size and members; null when the object does not describe it.</summary>
    public (int Size, Member[] Members)? Find(string name)
    {
        foreach (var at in _types.Skip(1))
        {
            if (Kind(at) == KindStruct && Name(at) == name)
            {
                var members = Enumerable.Range(0, Count(at)).Select(n => at + 12 + (n * 12)).Select(
                    m => new Member(Name(m), (int)UInt32(_section, m + 8) / 8, SizeOf((int)UInt32(_section, m + 4))));
                return ((int)UInt32(_section, at + 8), members.ToArray());
            }
        }

        return null;
    }

    private static uint UInt32(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));

    private static byte[] Section(byte[] elf, string name)
    {
        var headers = (int)BinaryPrimitives.ReadUInt64LittleEndian(elf.AsSpan(0x28));
        var size = BinaryPrimitives.ReadUInt16LittleEndian(elf.AsSpan(0x3a));
        var count = BinaryPrimitives.ReadUInt16LittleEndian(elf.AsSpan(0x3c));
        var names = Offset(headers + (size * BinaryPrimitives.ReadUInt16LittleEndian(elf.AsSpan(0x3e))));
        for (var n = 0; n < count; n++)
        {
            var header = headers + (n * size);
            if (Text(elf, names + (int)UInt32(elf, header)) == name)
            {
                var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(elf.AsSpan(header + 0x20));
                return elf.AsSpan(Offset(header), length).ToArray();
            }
        }

        throw new InvalidDataException($"The object has no section {name}.");

        int Offset(int header) => (int)BinaryPrimitives.ReadUInt64LittleEndian(elf.AsSpan(header + 0x18));
    }

    private static string Text(byte[] bytes, int at) => Encoding.UTF8.GetString(bytes.AsSpan(at)[..bytes.AsSpan(at).IndexOf((byte)0)]);

    private int Kind(int at) => (int)(UInt32(_section, at + 4) >> 24) & 0x1f;

    private int Count(int at) => (int)UInt32(_section, at + 4) & 0xffff;

    private string Name(int at) => Text(_section, _strings + (int)UInt32(_section, at));

    private int ExtraBytes(int at) => Kind(at) switch
    {
        KindInt or KindVariable or KindDeclarationTag => 4,
        KindArray => 12,
        KindStruct or KindUnion or KindDataSection or KindEnum64 => 12 * Count(at),
        KindEnum or KindFunctionPrototype => 8 * Count(at),
        _ => 0,
    };

    private int SizeOf(int type)
    {
        var at = _types[type];
        return Kind(at) switch
        {
            KindInt or KindStruct or KindUnion or KindEnum or KindEnum64 => (int)UInt32(_section, at + 8),
            KindPointer => 8,
            KindArray => SizeOf((int)UInt32(_section, at + 12)) * (int)UInt32(_section, at + 20),
            _ => SizeOf((int)UInt32(_section, at + 8)),
        };
    }
}
