using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using TraceeMesh.Capture;
using TraceeMesh.Detector.Loading;
using TraceeMesh.Replay.Judging;
using TraceeMesh.Signatures;
using TraceeMesh.Signatures.BuiltIn.DefenseEvasion;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Unit.Replay;

/// <summary>The captures of the repository, judged as they were when they were made: tests/captures/README.md.</summary>
public sealed class CapturesTests
{
    private const int Info = 0;

    // Written anew with the other documents, after a change that is meant to change findings.
    private static readonly bool Writes = Environment.GetEnvironmentVariable("TRACEEMESH_WRITE_DOCUMENTS") == "1";

    private static string Folder => SourceTree.File("tests/captures");

    public static TheoryData<string> Names => [.. Directory.GetFiles(Folder, "*.capture").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Capture_GivesTheFindingsExpectedOfIt(string name)
    {
        var (findings, report, capture) = await Judge(name);
        var expected = Path.Combine(Folder, name + ".findings");
        if (Writes)
        {
            await File.WriteAllLinesAsync(expected, findings);
        }

        Assert.True(capture.IsWhole);
        Assert.Equal((0, 0, 0), (capture.DamageCount, report.BadFrames, report.BadRecords));
        Assert.Equal(0, report.Lost);
        Assert.Equal(await File.ReadAllLinesAsync(expected), findings);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Capture_OfATrigger_HasAFindingOfItsSignature(string name)
    {
        if (!Signatures().Any(s => s.Metadata.EventName == name))
        {
            return;
        }

        var (findings, _, _) = await Judge(name);

        Assert.Contains(findings, f => Name(f) == name);
    }

    [Fact]
    public async Task Capture_JudgedTwice_GivesTheSameBytes()
    {
        var first = await Judge("illegitimate_shell");
        var second = await Judge("illegitimate_shell");

        Assert.NotEmpty(first.Findings);
        Assert.Equal(first.Findings, second.Findings);
    }

    [Fact]
    public async Task Capture_WithoutOneSignature_LosesItsFindingsAndNoOthers()
    {
        var all = (await Judge("illegitimate_shell")).Findings;
        var lost = all.Where(f => Name(f) == "illegitimate_shell").ToList();

        var without = (await Judge("illegitimate_shell", "illegitimate_shell")).Findings;

        Assert.NotEmpty(lost);
        Assert.Equal(all.Except(lost), without);
    }

    // A day of ordinary activity must not wake anybody. What does, and why that is right, stands in the captures' README.
    [Fact]
    public async Task Day_OfOrdinaryActivity_FindsNothingAboveInfoWithoutAReason()
    {
        var reasons = await File.ReadAllTextAsync(Path.Combine(Folder, "README.md"));
        var (findings, report, _) = await Judge("day");

        Assert.True(report.Events > 1000);
        Assert.All(findings.Where(f => Severity(f) > Info).Select(Name).Distinct(), name => Assert.Contains($"`{name}`", reasons, StringComparison.Ordinal));
    }

    private static IEnumerable<Signature> Signatures() => SignatureAssembly.Find(typeof(AntiDebugging).Assembly).Select(make => make());

    private static async Task<(List<string> Findings, JudgeReport Report, CaptureFile Capture)> Judge(string name, string? without = null)
    {
        var capture = CaptureFile.Open(Path.Combine(Folder, name + ".capture"));
        var findings = new List<string>();
        var signatures = SignatureAssembly.Find(typeof(AntiDebugging).Assembly).Where(make => make().Metadata.EventName != without);
        await using var judge = new CaptureJudge(capture, signatures, null, f => findings.Add(Encoding.UTF8.GetString(f.Payload)), NullLogger.Instance);
        return (findings, await judge.RunAsync(CancellationToken.None), capture);
    }

    private static string Name(string finding)
    {
        using var json = JsonDocument.Parse(finding);
        return json.RootElement.GetProperty("eventName").GetString()!;
    }

    private static int Severity(string finding)
    {
        using var json = JsonDocument.Parse(finding);
        return json.RootElement.GetProperty("metadata").GetProperty("Properties").GetProperty("Severity").GetInt32();
    }
}
