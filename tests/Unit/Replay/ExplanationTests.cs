using System.Text.Json;
using TraceeMesh.Replay.Explaining;
using TraceeMesh.Signatures.BuiltIn.DefenseEvasion;
using TraceeMesh.Signatures.BuiltIn.InitialAccess;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Unit.Replay;

public sealed class ExplanationTests
{
    [Fact]
    public async Task Event_ThatMeetsNotAll_ShowsWhich()
    {
        using var json = JsonDocument.Parse("""{"eventName":"ptrace","args":[{"name":"request","value":16}]}""");

        var lines = await SignatureExplanation.Of(new AntiDebugging(), ExplainedEvent.Of(json.RootElement), []);

        Assert.Contains(lines, l => l.Contains("not met request is one of 0; it is 16", StringComparison.Ordinal));
        Assert.Contains("does not see this event", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Finding_IsFoundAgainByItsTriggerAndItsLookups()
    {
        var finding = (await File.ReadAllLinesAsync(SourceTree.File("tests/captures/illegitimate_shell.findings"))).First(f => f.Contains("\"illegitimate_shell\"", StringComparison.Ordinal));
        using var json = JsonDocument.Parse(finding);

        var e = ExplainedEvent.OfTrigger(json.RootElement);
        var lines = await SignatureExplanation.Of(new IllegitimateShell(), e!, FindingLookups.Of(json.RootElement));

        Assert.Contains("illegitimate_shell finds it", lines[^1], StringComparison.Ordinal);
    }
}
