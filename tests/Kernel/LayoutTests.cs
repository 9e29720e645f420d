using System.Globalization;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using TraceeMesh.Collector.Kernel;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Records;
using Xunit;

namespace TraceeMesh.Tests.Kernel;

/// <summary>bpf/include/records.h against its C# twins. Needs neither root nor BTF of the running kernel.</summary>
public partial class LayoutTests
{
    private static readonly string Header = File.ReadAllText(HeaderPath());

    public static TheoryData<string> Structs => [.. StructDefinition().Matches(Header).Select(m => m.Groups[1].Value)];

    public static TheoryData<string, long> Constants =>
        Table(ConstantDefinition().Matches(Header), m => Number(m.Groups[2].Value));

    public static TheoryData<string, long> EnumMembers => Table(
        EnumMember().Matches(Header),
        m => Number(m.Groups[2].Value) << (m.Groups[3].Success ? (int)Number(m.Groups[3].Value) : 0));

    [Theory]
    [MemberData(nameof(Structs))]
    public void Struct_OfTheHeader_HasATwinOfTheSameLayout(string name)
    {
        var twin = Twin(Pascal(name));
        Assert.True(twin is not null, $"struct {name} has no twin {Pascal(name)} in C#");

        var (size, members) = Object.Value.Find(name) ?? throw new InvalidDataException($"The object does not describe struct {name}.");
        Assert.Equal(size, SizeOf(twin));
        Assert.Equal(
            members.Select(m => (m.Offset, m.Size)),
            twin.GetFields(BindingFlags.Instance | BindingFlags.Public).Select(f => (OffsetOf(twin, f), SizeOf(f.FieldType))).Order());
    }

    [Theory]
    [MemberData(nameof(Constants))]
    public void Constant_OfTheHeader_IsTheSameInCSharp(string name, long value)
    {
        var wanted = name == "RECORD_FORMAT" ? "Format" : Pascal(name);
        var field = typeof(RecordLimits).GetField(wanted);
        Assert.True(field is not null, $"{name} has no twin RecordLimits.{wanted}");

        Assert.Equal(value, Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture));
    }

    [Theory]
    [MemberData(nameof(EnumMembers))]
    public void EnumMember_OfTheHeader_IsTheSameInCSharp(string name, long value)
    {
        var prefix = name[..name.IndexOf('_', StringComparison.Ordinal)];
        var rest = Pascal(name[(prefix.Length + 1)..]);
        object? twin = prefix switch
        {
            "EVENT" => typeof(EventIds).GetField(rest)?.GetRawConstantValue(),
            "DROP" when rest == "Reasons" => RecordLimits.DropReasons,
            "DROP" => Enum.Parse<DropReason>(rest),
            "SHED" when rest == "Orders" => RecordLimits.ShedOrders,
            "SHED" => Enum.Parse<ShedOrder>(rest),
            "REMEMBERED" when rest == "Kinds" => RecordLimits.RememberedKinds,
            "REMEMBERED" => Enum.Parse<Remembered>(rest),
            "RECORD" => Enum.Parse<RecordFlags>(rest),
            "FALLBACK" => Enum.Parse<FallbackHierarchy>(rest),
            "ARGUMENT" => Enum.Parse<SystemCallArgumentKind>(rest),
            "SOURCE" => Enum.Parse<SystemCallArgumentSource>(rest),
            "WIDTH" => Enum.Parse<SystemCallArgumentWidth>(rest, ignoreCase: true),
            "CALL" => Enum.Parse<CallFlags>(rest),
            "WISH" => Enum.Parse<CallWish>(rest),
            "TERM" => Enum.Parse<TermKind>(rest),
            "VALUE" => Enum.Parse<TermValue>(rest),
            "WANTS" => Enum.Parse<FilterWants>(rest),
            "SWITCH" => Enum.Parse<EventSwitch>(rest),
            "FLOW" => Enum.Parse<FlowDirection>(rest),
            "ALERT" => Enum.Parse<ProtectionAlert>(rest),
            _ => null,
        };
        Assert.True(twin is not null, $"{name} has no twin in C#");

        Assert.Equal(value, Convert.ToInt64(twin, CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Header_IsReadWhole() => Assert.True(Structs.Count >= 14 && Constants.Count >= 10 && EnumMembers.Count >= 20);

    private static readonly Lazy<Btf> Object = new(
        () =>
        {
            using var stream = typeof(KernelPrograms).Assembly.GetManifestResourceStream("traceemesh.bpf.o")!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return new Btf(bytes);
        });

    private static TheoryData<string, long> Table(MatchCollection matches, Func<Match, long> value)
    {
        var table = new TheoryData<string, long>();
        foreach (Match match in matches)
        {
            table.Add(match.Groups[1].Value, value(match));
        }

        return table;
    }

    private static string HeaderPath([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "../../bpf/include/records.h");

    private static string Pascal(string name) => string.Concat(
        name.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..].ToLowerInvariant()));

    private static Type? Twin(string name) => typeof(RecordHead).Assembly.GetTypes().Concat(typeof(Control).Assembly.GetTypes())
        .FirstOrDefault(t => t.IsValueType && t.Name == name);

    private static long Number(string text)
    {
        var digits = text.TrimEnd('U', 'L');
        return digits.StartsWith("0x", StringComparison.Ordinal)
            ? long.Parse(digits[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)
            : long.Parse(digits, CultureInfo.InvariantCulture);
    }

    private static int SizeOf(Type type)
    {
        var method = new DynamicMethod("SizeOf", typeof(int), [], typeof(LayoutTests).Module, skipVisibility: true);
        var il = method.GetILGenerator();
        il.Emit(OpCodes.Sizeof, type);
        il.Emit(OpCodes.Ret);
        return (int)method.Invoke(null, [])!;
    }

    private static int OffsetOf(Type type, FieldInfo field)
    {
        var method = new DynamicMethod("OffsetOf", typeof(int), [], typeof(LayoutTests).Module, skipVisibility: true);
        var il = method.GetILGenerator();
        _ = il.DeclareLocal(type);
        il.Emit(OpCodes.Ldloca_S, (byte)0);
        il.Emit(OpCodes.Ldflda, field);
        il.Emit(OpCodes.Ldloca_S, (byte)0);
        il.Emit(OpCodes.Sub);
        il.Emit(OpCodes.Conv_I4);
        il.Emit(OpCodes.Ret);
        return (int)method.Invoke(null, [])!;
    }

    [GeneratedRegex(@"^struct (\w+) \{", RegexOptions.Multiline)]
    private static partial Regex StructDefinition();

    [GeneratedRegex(@"^#define (\w+)\s+(\w+)", RegexOptions.Multiline)]
    private static partial Regex ConstantDefinition();

    [GeneratedRegex(@"^    ((?:EVENT|DROP|RECORD|FALLBACK|ARGUMENT|SOURCE|WIDTH|CALL|WISH|TERM|VALUE|WANTS|SWITCH|FLOW|ALERT)_\w+) = (\w+)(?: << (\d+))?,", RegexOptions.Multiline)]
    private static partial Regex EnumMember();
}
