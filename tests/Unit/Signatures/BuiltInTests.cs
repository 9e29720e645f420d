using System.Globalization;
using System.Text;
using System.Text.Json;
using TraceeMesh.Cli.Triggers;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Signatures;
using TraceeMesh.Tests.Unit.Repository;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures;

/// <summary>What holds for every signature that comes with the mesh.</summary>
public sealed class BuiltInTests
{
    private const string WriteDocuments = "TRACEEMESH_WRITE_DOCUMENTS";

    public static TheoryData<Type> Signatures => [.. BuiltInSignatures.Types];

    public static TheoryData<Type, byte[]> HostileTexts
    {
        get
        {
            var data = new TheoryData<Type, byte[]>();
            foreach (var type in BuiltInSignatures.Types)
            {
                data.Add(type, "\n\r\0\x1b[31m\t\x7f\"\\"u8.ToArray());
                data.Add(type, Encoding.UTF8.GetBytes(new string('a', 4096)));
                data.Add(type, [0xff, 0xfe, 0xc3, 0x28, 0xed, 0xa0, 0x80]);
                data.Add(type, []);
                data.Add(type, "/////./../"u8.ToArray());
            }

            return data;
        }
    }

    [Fact]
    public void Set_IsTraceesAndOurs()
    {
        string[] ids = [.. Enumerable.Range(1, 31).Select(n => $"TRC-10{n}"), .. Enumerable.Range(1, 5).Select(n => $"TM-10{n}")];

        Assert.Equal(ids.Order(StringComparer.Ordinal), BuiltInSignatures.Types.Select(t => BuiltInSignatures.Make(t).Metadata.Id).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void EverySignature_HasATrigger_OrAReason()
    {
        Assert.Equal(BuiltInSignatures.Types.Select(t => BuiltInSignatures.Make(t).Metadata.EventName).Order(StringComparer.Ordinal), TriggerList.All.Select(t => t.Signature).Order(StringComparer.Ordinal));
        Assert.All(TriggerList.All, t => Assert.NotEqual(t.Script.Length == 0, t.Impossible is null));
        Assert.Equal(3, TriggerList.All.Count(t => t.Impossible is not null));
    }

    [Theory]
    [MemberData(nameof(Signatures))]
    public void Signature_SaysWhatPeopleNeed(Type type)
    {
        var m = BuiltInSignatures.Make(type).Metadata;

        Assert.All([m.Name, m.Description, m.Category, m.Technique, m.Misses, m.Trigger], text => Assert.NotEmpty(text));
        Assert.Equal(type.Namespace!.Split('.')[^1], string.Concat(m.Category.Split('-').Select(w => char.ToUpper(w[0], CultureInfo.InvariantCulture) + w[1..])));
    }

    // What changes is kept in the state: an object may be discarded between any two events.
    [Theory]
    [MemberData(nameof(Signatures))]
    public void Signature_KeepsNothingThatChanges(Type type)
    {
        Type[] given = [typeof(IDataSource), typeof(ISignatureState), typeof(ISignatureContext)];
        var fields = type.GetFields(System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Public);

        Assert.All(fields, f => Assert.True(f.IsInitOnly || f.IsLiteral || given.Contains(f.FieldType) || f.FieldType.Name == "LateSource", $"{type.Name}.{f.Name} can change"));
    }

    [Theory]
    [MemberData(nameof(HostileTexts))]
    public async Task HostileText_InEveryArgument_EndsAsEscapedText(Type type, byte[] text)
    {
        using var harness = new SignatureHarness(BuiltInSignatures.Make(type), Sources(text));
        foreach (var selector in BuiltInSignatures.Make(type).SelectedEvents)
        {
            var e = Selected(selector, text);

            Assert.True(selector.Selects(e));
            foreach (var finding in await harness.Feed(e))
            {
                Assert.All(finding.Data, d => Assert.DoesNotContain(Json(d.Value), b => b < ' '));
            }
        }
    }

    [Fact]
    public void Document_IsMadeOfTheCode()
    {
        var path = Path.Combine(RepositoryFiles.Root, "docs/signatures-builtin.md");
        var text = SignatureDocument.Write();
        if (Environment.GetEnvironmentVariable(WriteDocuments) == "1")
        {
            File.WriteAllText(path, text);
        }

        Assert.True(File.Exists(path) && File.ReadAllText(path) == text, $"docs/signatures-builtin.md is not what the signatures say: run this test with {WriteDocuments}=1");
    }

    // An event with the text in all of its arguments and its context, that passes the selector's filters.
    private static Event Selected(EventSelector selector, byte[] text)
    {
        var definition = EventCatalog.Find(selector.Name)!;
        var e = EventMaker.Make(selector.Name, [.. definition.Arguments.Select(a => (a.Name, ValueOf(a, selector.Filters.Where(f => f.Argument == a.Name), text)))]);
        (e.Context.ProcessName, e.Context.Executable, e.Context.ContainerImage) = (new Utf8Text(text), new Utf8Text(text), new Utf8Text(text));
        return selector.Origin == Origin.Container ? e.Inside() : e;
    }

    private static object ValueOf(ArgumentDefinition argument, IEnumerable<ArgumentFilter> filters, byte[] text) => argument.Type switch
    {
        ArgumentType.Text => filters.Aggregate(text, (made, f) => f.Operator switch
        {
            FilterOperator.TextIsOneOf => Encoding.UTF8.GetBytes(f.Texts[0]),
            FilterOperator.TextStartsWith => [.. Encoding.UTF8.GetBytes(f.Texts[0]), .. made],
            _ => [.. made, .. Encoding.UTF8.GetBytes(f.Texts[0])],
        }),
        ArgumentType.TextList => new[] { Encoding.UTF8.GetString(text), "LD_PRELOAD=" + Encoding.UTF8.GetString(text), "KUBERNETES_SERVICE_HOST=" + Encoding.UTF8.GetString(text) },
        ArgumentType.Bytes => Made.Elf(),
        ArgumentType.SocketAddress => DataValue.MapOf(("sa_family", "AF_INET"), ("sin_addr", Encoding.UTF8.GetString(text)), ("sin_port", "80"), ("sun_path", Encoding.UTF8.GetString(text))),
        ArgumentType.Credentials or ArgumentType.Unknown => DataValue.Of([DataValue.Of(Encoding.UTF8.GetString(text))]),
        _ => filters.Aggregate(0L, (made, f) => f.Operator == FilterOperator.HasNoFlag ? made & ~f.Numbers[0] : f.Operator == FilterOperator.NumberAtMost ? Math.Min(made, f.Numbers[0]) : f.Numbers[0]),
    };

    private static byte[] Json(DataValue value)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            EventJson.WriteValue(json, value);
        }

        return stream.ToArray();
    }

    private static FixedDataSource[] Sources(byte[] text)
    {
        var hostile = Encoding.UTF8.GetString(text);
        return
        [
            Made.Tree((hostile, "", 30), (hostile, hostile, 20), ("/usr/sbin/nginx", hostile, 10)),
            Made.Names(),
            new("tracee", "containers", _ => Made.Found(DataValue.MapOf(("container_id", hostile), ("container_ctime", -1L), ("container_image", hostile)))),
            new("traceemesh", "allowed_images", _ => Made.Found(DataValue.MapOf(("allowed", false)))),
        ];
    }
}
