using System.Text.Json.Nodes;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Findings;
using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Detector.Findings;
using TraceeMesh.Signatures;
using TraceeMesh.Signatures.BuiltIn.DefenseEvasion;
using TraceeMesh.TestKit.Signatures;
using TraceeMesh.Tests.Unit.Detector.Engine;
using Xunit;

namespace TraceeMesh.Tests.Unit.Detector.Findings;

public sealed class FindingJsonTests
{
    [Fact]
    public async Task Finding_OfABuiltIn_HasTheDocumentedForm()
    {
        using var bench = new Bench(() => new AntiDebugging());

        await bench.Judge(EventMaker.Make("ptrace", ("request", 0), ("pid", 0), ("addr", 0), ("data", 0)));

        var finding = Assert.Single(bench.Found);
        Assert.Equal("tracee.findings.low.anti_debugging.node-a", finding.Subject);
        var json = JsonNode.Parse(finding.Payload)!.AsObject();
        Assert.Equal(
            ["timestamp", "threadStartTime", "processorId", "processId", "threadId", "parentProcessId", "cgroupId", "hostProcessId", "hostThreadId", "hostParentProcessId", "userId", "mountNamespace", "pidNamespace", "processName", "executable", "hostName", "containerId", "container", "kubernetes", "eventId", "eventName", "matchedPolicies", "argsNum", "returnValue", "syscall", "stackAddresses", "contextFlags", "threadEntityId", "processEntityId", "parentEntityId", "args", "metadata", "mesh"],
            json.Select(p => p.Key));
        Assert.Equal("6001", (string?)json["eventId"]);
        Assert.Equal("anti_debugging", (string?)json["eventName"]);
        Assert.Equal("ptrace", (string?)json["syscall"]);
        Assert.Equal(1, (int?)json["argsNum"]);
        Assert.Equal(
            """{"name":"triggeredBy","type":"unknown","value":{"id":101,"name":"ptrace","args":[{"name":"request","type":"long","value":0},{"name":"pid","type":"int","value":0},{"name":"addr","type":"void*","value":0},{"name":"data","type":"void*","value":0}],"returnValue":0}}""",
            json["args"]![0]!.ToJsonString());
        Assert.Equal("""{"Category":"defense-evasion","Severity":1,"Technique":"Debugger Evasion","external_id":"T1622","id":"attack-pattern--e4dc8c01-417f-458d-9ee0-bb0617c1b391","signatureID":"TRC-102","signatureName":"Anti-Debugging detected"}""", json["metadata"]!["Properties"]!.ToJsonString());
        Assert.Equal(["Version", "Description", "Tags", "Properties"], json["metadata"]!.AsObject().Select(p => p.Key));
        Assert.Equal(
            $$"""{"id":"{{finding.Id}}","node":"node-a","bootId":"3f1c","loadId":"a81d02c4","position":1048577,"partition":3,"completeness":{"state":"complete"},"lookups":[]}""",
            json["mesh"]!.ToJsonString());
    }

    [Fact]
    public async Task Finding_JudgedAgain_HasTheSameIds()
    {
        using var bench = new Bench(Twice);
        var e = EventMaker.Make("ptrace", ("request", 0));

        await bench.Judge(e);
        await bench.Judge(e);

        Assert.Equal(4, bench.Found.Count);
        Assert.Equal(bench.Found[0].Id, bench.Found[2].Id);
        Assert.Equal(bench.Found[1].Id, bench.Found[3].Id);
        Assert.NotEqual(bench.Found[0].Id, bench.Found[1].Id);
    }

    [Fact]
    public async Task Finding_WithData_TellsTypesAndValues()
    {
        using var bench = new Bench(() => new Telling([("image", "shop/cart"), ("port", 443), ("big", ulong.MaxValue), ("on", true), ("ratio", 0.5), ("names", DataValue.Of([DataValue.Of("a")]))]));

        await bench.Judge(EventMaker.Make("ptrace", ("request", 0)));

        var args = bench.Json().Single()["args"]!.AsArray();
        Assert.Equal(
            ["const char*", "long", "unsigned long", "bool", "float64", "const char**", "unknown"],
            args.Select(a => (string?)a!["type"]));
        Assert.Equal(
            """["shop/cart",443,18446744073709551615,true,0.5,["a"]]""",
            new JsonArray([.. args.Take(6).Select(a => a!["value"]!.DeepClone())]).ToJsonString());
        Assert.Equal("triggeredBy", (string?)args[6]!["name"]);
    }

    [Fact]
    public async Task Finding_AfterToldLosses_IsIncomplete()
    {
        using var bench = new Bench(() => new AntiDebugging());
        bench.Losses.Tell("ring_full", 37, 1048200, 1048237);
        bench.Losses.Tell("stream_limit", 3, 1048100, 1048103);

        await bench.Judge(EventMaker.Make("ptrace", ("request", 0)));

        Assert.Equal(
            """{"state":"incomplete","lost":40,"reasons":{"ring_full":37,"stream_limit":3},"from":1048100,"to":1048237}""",
            bench.Json().Single()["mesh"]!["completeness"]!.ToJsonString());
    }

    [Fact]
    public async Task Finding_AfterALossOfUnknownExtent_IsIncomplete()
    {
        using var bench = new Bench(() => new AntiDebugging());
        bench.Losses.Tell("unknown", 0, 0, 0);

        await bench.Judge(EventMaker.Make("ptrace", ("request", 0)));

        Assert.Equal("""{"state":"incomplete","lost":0,"reasons":{"unknown":0},"from":0,"to":0}""", bench.Json().Single()["mesh"]!["completeness"]!.ToJsonString());
    }

    [Fact]
    public async Task Finding_WithLookups_CarriesQuestionsAndAnswers()
    {
        using var bench = new Bench(() => new Asking());
        bench.Add(new FixedDataSource("tracee", "containers", key => key.Text == "c1"
            ? new Lookup(new LookupResult(LookupStatus.Found, DataValue.MapOf(("container_image", "shop/cart")), 0, 9, true))
            : Lookup.Failed(LookupStatus.NotFound)));

        await bench.Judge(EventMaker.Make("ptrace", ("request", 0)).InContainer("c1"));
        await bench.Judge(EventMaker.Make("ptrace", ("request", 0)).InContainer("c2"));

        Assert.Equal(
            [
                """[{"namespace":"tracee","id":"containers","key":"c1","status":"found","values":{"container_image":"shop/cart"}}]""",
                """[{"namespace":"tracee","id":"containers","key":"c2","status":"not_found","values":null}]""",
            ],
            bench.Json().Select(j => j["mesh"]!["lookups"]!.ToJsonString()));
    }

    [Fact]
    public async Task Finding_LargerThanAMessage_IsShortened()
    {
        using var bench = new Bench(() => new Telling([("blob", new string('"', FindingWriter.MaxBytes))]));

        await bench.Judge(EventMaker.Make("ptrace", ("request", 0)));

        Assert.True(bench.Found.Single().Payload.Length < FindingWriter.MaxBytes);
        Assert.True((bool?)bench.Json().Single()["mesh"]!["shortened"]);
        Assert.Equal(1, bench.Counters.FindingsShortened.Value);
    }

    private static TestSignature Twice() => new("A", (s, e, _) =>
    {
        s.Find(e);
        s.Find(e);
        return default;
    });

    private sealed class Telling((string, DataValue)[] data) : Signature
    {
        public override SignatureMetadata Metadata { get; } = new("T-1", "telling") { Severity = Severity.High };

        public override IReadOnlyList<EventSelector> SelectedEvents { get; } = [new(EventSelector.Tracee, "ptrace")];

        public override ValueTask OnEvent(TraceeMesh.Contracts.Events.Event e, CancellationToken cancellation)
        {
            Report(e, data);
            return default;
        }
    }

    private sealed class Asking : Signature
    {
        private IDataSource _containers = null!;

        public override SignatureMetadata Metadata { get; } = new("T-2", "asking");

        public override IReadOnlyList<EventSelector> SelectedEvents { get; } = [new(EventSelector.Tracee, "ptrace")];

        public override void Init(ISignatureContext context)
        {
            if (!context.TryGetDataSource("tracee", "containers", out _containers))
            {
                throw new SignatureInitException("containers data source not registered");
            }
        }

        public override async ValueTask OnEvent(TraceeMesh.Contracts.Events.Event e, CancellationToken cancellation)
        {
            var container = await _containers.Get(e, e.Container.Id, cancellation);
            Report(e, ("image", container.GetString("container_image")));
        }
    }
}
