using System.Text;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Signatures;
using TraceeMesh.TestKit.Signatures;
using TraceeMesh.Tests.Unit.Detector.Loading;
using Xunit;

namespace TraceeMesh.Tests.Unit.Detector.Choosing;

/// <summary>What the operator writes into signatures.yaml.</summary>
public sealed class SettingsTests
{
    [Fact]
    public async Task Signature_SwitchedOffAndOn_SeesEventsAccordingly()
    {
        await using var followed = await StartAsync("signatures: { EX-1: { enabled: false } }");
        Assert.Equal(("disabled", "switched off in signatures.yaml"), (followed.The("EX-1").State, followed.The("EX-1").Reason));
        Assert.Empty(followed.Bench.Catalog.Wanted().Events);
        Assert.Empty(await Findings(followed, Exec()));

        Write(followed, "signatures: { EX-1: { enabled: true } }");

        await followed.Until("EX-1 1 running");
        Assert.Single(await Findings(followed, Exec()));
    }

    [Fact]
    public async Task Severity_OfTheOperator_IsThatOfTheFinding()
    {
        await using var followed = await StartAsync("signatures: { EX-1: { severity: critical } }");

        Assert.Equal("tracee.findings.critical.event_EX-1.node-a", Assert.Single(await Findings(followed, Exec())).Subject);
        Assert.Equal(4, (int)Assert.Single(followed.Bench.Json())["metadata"]!["Properties"]!["Severity"]!);
    }

    [Fact]
    public async Task Parameters_ReachTheSignature_AlsoWhenTheyChange()
    {
        await using var followed = await StartAsync("signatures: { EX-1: { parameters: { word: one, most: 3, deep: { list: [true, 1.5, '7'] } } } }");
        await Findings(followed, Exec());
        Assert.Equal(["\"one\"", "3", """{"list":[true,1.5,"7"]}"""], Values(followed));

        Write(followed, "signatures: { EX-1: { parameters: { word: two } } }");

        await TestWait(followed, "\"two\"");
        Assert.Equal(["\"two\"", "null", "null"], Values(followed));
    }

    [Theory]
    [InlineData("image: shop/cart:1", true)]
    [InlineData("image: shop/*", true)]
    [InlineData("image: shop/cart", false)]
    [InlineData("namespace: payments", true)]
    [InlineData("namespace: pay", false)]
    [InlineData("executable: /usr/bin/python3", true)]
    [InlineData("executable: /usr/bin/*", true)]
    [InlineData("user: 1000", true)]
    [InlineData("user: 0", false)]
    [InlineData("image: shop/cart:1, namespace: payments, executable: /usr/bin/python3, user: 1000", true)]
    [InlineData("image: shop/cart:1, namespace: payments, executable: /usr/bin/perl, user: 1000", false)]
    public async Task Exception_ThatMatches_KeepsTheFindingBackAndCountsIt(string exception, bool suppresses)
    {
        await using var followed = await StartAsync($"signatures: {{ EX-1: {{ exceptions: [ {{ {exception} }} ] }} }}");

        Assert.Equal(suppresses ? 0 : 1, (await Findings(followed, Exec("shop/cart:1", "payments"))).Count);
        Assert.Equal((suppresses ? 1 : 0, suppresses ? 0 : 1), (followed.The("EX-1").Suppressed, followed.The("EX-1").Findings));
    }

    [Theory]
    [InlineData("image: shop/cart:1")]
    [InlineData("image: 'shop/*'")]
    [InlineData("namespace: payments")]
    [InlineData("user: 1000, image: shop/cart:1")]
    public async Task Exception_OfWhatIsNotKnown_MatchesNothing(string exception)
    {
        await using var followed = await StartAsync($"signatures: {{ EX-1: {{ exceptions: [ {{ {exception} }} ] }} }}");

        Assert.Single(await Findings(followed, Exec(image: "", @namespace: "")));
    }

    [Fact]
    public async Task Exception_ByUser_DoesNotMatchEventsWithoutAProcess()
    {
        await using var followed = await StartAsync("signatures: { EX-1: { exceptions: [ { user: 0 } ] } }");
        var e = Exec();
        (e.Context.HostProcessId, e.Context.UserId) = (0, 0);

        Assert.Single(await Findings(followed, e));
    }

    [Fact]
    public async Task Exceptions_Changed_KeepTheCounts()
    {
        await using var followed = await StartAsync("signatures: { EX-1: { exceptions: [ { user: 1000 } ] } }");
        await Findings(followed, Exec());

        Write(followed, "");

        await Detector.Loading.Followed.UntilCollected(() => followed.Bench.Catalog.Signatures[0].Settings.Exceptions.Count == 0, "the exception is gone");
        await Findings(followed, Exec());
        Assert.Equal((2, 1, 1), (followed.The("EX-1").Evaluations, followed.The("EX-1").Findings, followed.The("EX-1").Suppressed));
    }

    [Theory]
    [InlineData("signatures: { EX-1: { enable: true } }", "line 1: EX-1 has no enable; there are enabled, severity, parameters, exceptions")]
    [InlineData("signatures: { EX-1: { enabled: perhaps } }", "line 1: true or false is wanted")]
    [InlineData("signatures: { EX-1: { severity: bad } }", "line 1: a severity is one of info, low, medium, high, critical")]
    [InlineData("signatures: { EX-1: { exceptions: [ { } ] } }", "line 1: an exception names at least one of image, namespace, executable, user")]
    [InlineData("signatures: { EX-1: { exceptions: [ { image: '' } ] } }", "line 1: a text is wanted")]
    [InlineData("signatures: { EX-1: { exceptions: [ { image: '*' } ] } }", "line 1: * alone stands for everything; leave the line away")]
    [InlineData("signatures: { EX-1: { exceptions: [ { user: root } ] } }", "line 1: a user is the number it has on the host")]
    [InlineData("signature: {}", "line 1: there is no signature; there is signatures")]
    [InlineData("signatures:\n  - EX-1", "line 2: signatures is a map of names and values")]
    [InlineData("a: &x 1\nb: *x", "line 2: aliases are not read, write the value itself")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[", "line 1: it is nested deeper than 16")]
    [InlineData("signatures: {", "line 2: ")]
    public async Task File_ThatIsWrong_SaysWhereAndChangesNothing(string text, string reason)
    {
        await using var followed = await StartAsync("signatures: { EX-1: { severity: high } }");

        Write(followed, text);

        await followed.Until("EX-1 1 running", "signatures.yaml  failed");
        Assert.StartsWith(reason, followed.The("signatures.yaml").Reason, StringComparison.Ordinal);
        Assert.EndsWith("; what was decided before holds", followed.The("signatures.yaml").Reason, StringComparison.Ordinal);
        Assert.StartsWith("tracee.findings.high.", Assert.Single(await Findings(followed, Exec())).Subject, StringComparison.Ordinal);
    }

    private static Task<Followed> StartAsync(string settings) =>
        Followed.StartAsync(d => File.WriteAllText(d["signatures.yaml"], settings), () => new Telling());

    private static void Write(Followed followed, string text) => followed.Put("signatures.yaml", Encoding.UTF8.GetBytes(text));

    private static async Task<IReadOnlyList<TraceeMesh.Detector.Findings.Finding>> Findings(Followed followed, Event e)
    {
        followed.Bench.Found.Clear();
        await followed.Bench.Judge(e);
        return [.. followed.Bench.Found];
    }

    private static Task TestWait(Followed followed, string first) => TestKit.TestWait.Until(
        async () =>
        {
            await Findings(followed, Exec());
            return Values(followed)[0] == first;
        },
        $"the parameter is {first}");

    private static List<string> Values(Followed followed) => [.. followed.Bench.Json().Single()["args"]!.AsArray().Take(3).Select(a => a!["value"]?.ToJsonString() ?? "null")];

    private static Event Exec(string image = "shop/cart:1", string @namespace = "payments")
    {
        var e = EventMaker.Make("sched_process_exec", ("pathname", "/bin/ls")).InContainer("270f747aa981");
        e.Context.ContainerImage = Utf8Text.From(image);
        e.Context.PodNamespace = Utf8Text.From(@namespace);
        e.Context.Executable = Utf8Text.From("/usr/bin/python3");
        e.Context.UserId = 1000;
        return e;
    }

    private sealed class Telling : Signature
    {
        private ISignatureContext _context = null!;

        public override SignatureMetadata Metadata { get; } = new("EX-1", "event_EX-1");

        public override IReadOnlyList<EventSelector> SelectedEvents { get; } = [new("tracee", "sched_process_exec")];

        public override void Init(ISignatureContext context) => _context = context;

        public override ValueTask OnEvent(Event e, CancellationToken cancellation)
        {
            Report(e, ("word", _context.Parameter("word")), ("most", _context.Parameter("most")), ("deep", _context.Parameter("deep")));
            return default;
        }
    }
}
