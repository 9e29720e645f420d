using System.Text;
using System.Text.Json;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Signatures;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures;

/// <summary>What authors test their signatures with.</summary>
public sealed class HarnessTests
{
    [Fact]
    public async Task Capture_OfEvents_GivesThemAsTheyWere()
    {
        using var directory = new TemporaryDirectory();
        var exec = EventMaker.Make("sched_process_exec", ("pathname", "/bin/ls"), ("argv", new[] { "ls", "-l" }), ("inode", 42), ("invoked_from_kernel", true)).InContainer("270f747aa981");
        exec.Context.ContainerImage = Utf8Text.From("shop/cart:1");
        exec.Context.PodNamespace = Utf8Text.From("payments");
        exec.Context.UserId = -2;
        await File.WriteAllTextAsync(directory["events"], Json(exec) + "\n\n" + Json(EventMaker.Make("ptrace", ("request", 4))));

        var read = CapturedEvents.Read(directory["events"]).ToList();

        Assert.Equal(["sched_process_exec", "ptrace"], read.Select(e => e.Definition.Name));
        Assert.Equal(Args(exec), Args(read[0]));
        Assert.Equal(("270f747aa981", "shop/cart:1", "payments", "/usr/bin/python3.11", -2), (read[0].Context.ContainerId.ToString(), read[0].Context.ContainerImage.ToString(), read[0].Context.PodNamespace.ToString(), read[0].Context.Executable.ToString(), read[0].Context.UserId));
        Assert.Equal(EventOrigin.Container, read[0].Origin);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("""{"eventName":"no_such_event","args":[]}""")]
    [InlineData("""{"eventName":"ptrace","args":[{"name":"none","value":1}]}""")]
    public void Capture_OfWhatIsNoEvent_SaysWhichLine(string line)
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["events"], "\n" + line);

        Assert.StartsWith($"{directory["events"]}, line 2: ", Assert.Throws<FormatException>(() => CapturedEvents.Read(directory["events"]).ToList()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parameters_ReachTheSignature()
    {
        using var harness = new SignatureHarness(new Telling(), new Dictionary<string, DataValue> { ["word"] = "one" });

        var reported = Assert.Single(await harness.Feed(EventMaker.Make("ptrace", ("request", 4))));

        Assert.Equal(("one", DataKind.Nil), (reported["word"].Text, reported["other"].Kind));
    }

    private static string Json(Event e)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            EventJson.Write(json, e);
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }

    private static string Args(Event e) => JsonDocument.Parse(Json(e)).RootElement.GetProperty("args").GetRawText();

    private sealed class Telling : Signature
    {
        private ISignatureContext _context = null!;

        public override SignatureMetadata Metadata { get; } = new("EX-1", "telling");

        public override IReadOnlyList<EventSelector> SelectedEvents { get; } = [new("tracee", "ptrace")];

        public override void Init(ISignatureContext context) => _context = context;

        public override ValueTask OnEvent(Event e, CancellationToken cancellation)
        {
            Report(e, ("word", _context.Parameter("word")), ("other", _context.Parameter("other")));
            return default;
        }
    }
}
