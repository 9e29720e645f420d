using System.Text;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Signatures;
using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Signatures;
using TraceeMesh.Tests.Unit.Detector.Engine;
using Xunit;

namespace TraceeMesh.Tests.Unit.Detector.Loading;

/// <summary>Signatures come, change and go with the files of a directory.</summary>
public sealed class SignatureDirectoryTests
{
    private static readonly Version Sdk = typeof(Signature).Assembly.GetName().Version!;

    [Fact]
    public async Task Assembly_ThatWasThereAtStart_IsLoadedBeforeAnythingIsFollowed()
    {
        await using var followed = await Followed.StartAsync(d => File.WriteAllBytes(d["Acme.dll"], CompiledAssembly.Reporting("EX-1", "1")));

        Assert.Equal("EX-1", Assert.Single(followed.Signatures).Id);
    }

    [Fact]
    public async Task Assembly_AddedReplacedRemoved_IsFollowed()
    {
        await using var followed = await Followed.StartAsync();
        followed.Put("Acme.dll", CompiledAssembly.Reporting("EX-1", "1"));
        await followed.Until("EX-1 1 running");
        Assert.Equal("\"1\"", await VersionThatReports(followed));
        Assert.Equal(["ptrace"], followed.Bench.Catalog.Wanted().Events);

        followed.Put("Acme.dll", CompiledAssembly.Reporting("EX-1", "2"));
        await followed.Until("EX-1 2 running");
        Assert.Equal("\"2\"", await VersionThatReports(followed));

        File.Delete(followed.Directory["Acme.dll"]);
        await followed.Until();
        followed.Bench.Found.Clear();
        await followed.Bench.Judge(Ptrace());
        Assert.Empty(followed.Bench.Found);
        Assert.Empty(followed.Bench.Catalog.Wanted().Events);
        Assert.True(followed.Changes >= 3);
    }

    [Fact]
    public async Task Directory_ThatTakesThePlaceOfAnother_IsFollowedWithoutAWatch()
    {
        await using var followed = await Followed.StartAsync();
        followed.Put("Acme.dll", CompiledAssembly.Reporting("EX-1", "1"));
        await followed.Until("EX-1 1 running");
        using var before = new TemporaryDirectory();

        // The system's watch stays with the directory that is moved away; a look now and then finds what is in the other one.
        Directory.Move(followed.Directory.Path, before["moved"]);
        Directory.CreateDirectory(followed.Directory.Path);
        followed.Put("Acme.dll", CompiledAssembly.Reporting("EX-1", "2"));
        await followed.Until("EX-1 2 running");
        followed.Put("Acme.dll", CompiledAssembly.Reporting("EX-1", "3"));
        await followed.Until("EX-1 3 running");
    }

    [Fact]
    public async Task Assembly_InAFolder_BringsWhatItNeeds()
    {
        var brought = CompiledAssembly.Of("Acme.Words", "public static class Words { public static string Version => \"of words\"; }");
        var assembly = CompiledAssembly.Of("Acme", CompiledAssembly.Signature("EX-1", "1").Replace("(\"version\", \"1\")", "(\"version\", Words.Version)", StringComparison.Ordinal), brought);
        await using var followed = await Followed.StartAsync();
        followed.Put("Acme/Acme.Words.dll", brought);
        followed.Put("Acme/Acme.dll", assembly);

        await followed.Until("EX-1 1 running");
        Assert.Equal("\"of words\"", await VersionThatReports(followed));

        followed.Put("Other.dll", assembly);
        await followed.Until("EX-1 1 running", "Other.dll  failed");
        Assert.Equal("it needs Acme.Words 0.0.0.0, which is not there: put both into a folder Other/", followed.The("Other.dll").Reason);
    }

    [Fact]
    public async Task Replacement_ThatIsNoAssembly_LeavesTheOneBefore()
    {
        await using var followed = await Followed.StartAsync();
        followed.Put("Acme.dll", CompiledAssembly.Reporting("EX-1", "1"));
        await followed.Until("EX-1 1 running");

        followed.Put("Acme.dll", Encoding.UTF8.GetBytes("not an assembly"));

        await followed.Until("EX-1 1 running", "Acme.dll  failed");
        Assert.Equal("it is not a .NET assembly; what was loaded of it before goes on", followed.The("Acme.dll").Reason);
        Assert.Equal("\"1\"", await VersionThatReports(followed));
        followed.Put("Acme.dll", CompiledAssembly.Reporting("EX-1", "2"));
        await followed.Until("EX-1 2 running");
    }

    [Theory]
    [InlineData(0, -1, "running", "")]
    [InlineData(0, 1, "failed", "newer than this detector's")]
    [InlineData(1, 0, "failed", "build it against that")]
    public async Task Assembly_BuiltAgainstAnotherSdk_IsTakenIfItIsOlder(int major, int minor, string state, string reason)
    {
        var other = new Version(Sdk.Major + major, Sdk.Minor + minor, 0, 0);
        await using var followed = await Followed.StartAsync();

        followed.Put("Acme.dll", CompiledAssembly.BuiltAgainst(CompiledAssembly.Reporting("EX-1", "1"), "TraceeMesh.Signatures", other));

        await followed.Until(state == "running" ? "EX-1 1 running" : "Acme.dll  failed");
        var status = Assert.Single(followed.Signatures);
        Assert.Contains(reason, status.Reason, StringComparison.Ordinal);
        Assert.True(state == "running" || status.Reason.Contains($"TraceeMesh.Signatures {other}", StringComparison.Ordinal), status.Reason);
    }

    [Theory]
    [InlineData("public abstract class Nothing : Signature {}", "it holds no signature: a public class that derives from Signature and has a constructor without parameters")]
    [InlineData("sealed class Hidden {}", "it holds no signature: a public class that derives from Signature and has a constructor without parameters")]
    public async Task Assembly_WithoutASignature_SaysSo(string source, string reason)
    {
        await using var followed = await Followed.StartAsync();
        followed.Put("Acme.dll", CompiledAssembly.Of("Acme", source));

        await followed.Until("Acme.dll  failed");
        Assert.Equal(reason, followed.The("Acme.dll").Reason);
    }

    [Fact]
    public async Task Signature_WhoseConstructorThrows_IsFailedByItsType()
    {
        await using var followed = await Followed.StartAsync();
        followed.Put("Acme.dll", CompiledAssembly.Of("Acme", CompiledAssembly.Signature("EX-1", "1").Replace("{\n    public", "{\n    public Reports_EX_1() => throw new InvalidOperationException(\"no luck\");\n    public", StringComparison.Ordinal)));

        await followed.Until("Reports_EX_1  failed");
        Assert.Equal("no luck (in Acme.dll)", followed.The("Reports_EX_1").Reason);
    }

    [Fact]
    public async Task Signature_WhoseConstructorHangs_HoldsNobodyUp()
    {
        await using var followed = await Followed.StartAsync();
        followed.Put("Acme.dll", CompiledAssembly.Of("Acme", CompiledAssembly.Signature("EX-1", "1").Replace("{\n    public", "{\n    public Reports_EX_1() => new ManualResetEventSlim().Wait();\n    public", StringComparison.Ordinal)));
        followed.Put("Other.dll", CompiledAssembly.Reporting("EX-2", "1", "Other"));

        await followed.Until("EX-2 1 running", "Reports_EX_1  failed");
        Assert.StartsWith("its constructor, or what it says of itself, did not come back", followed.The("Reports_EX_1").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Id_ThatIsTaken_IsRefusedUntilItIsFree()
    {
        await using var followed = await Followed.StartAsync();
        followed.Put("A.dll", CompiledAssembly.Of("A", CompiledAssembly.Signature("EX-1", "1")));
        await followed.Until("EX-1 1 running");
        followed.Put("B.dll", CompiledAssembly.Of("B", CompiledAssembly.Signature("EX-1", "2")));
        await followed.Until("EX-1 1 running", "EX-1 2 failed");
        Assert.Equal("signature EX-1 is there already: another one has that id (in B.dll)", followed.Signatures[1].Reason);
        Assert.Equal("\"1\"", await VersionThatReports(followed));

        File.Delete(followed.Directory["A.dll"]);

        await followed.Until("EX-1 2 running");
        Assert.Equal("\"2\"", await VersionThatReports(followed));
    }

    [Fact]
    public async Task Id_TwiceInOneAssembly_IsRefusedTheSecondTime()
    {
        await using var followed = await Followed.StartAsync();
        followed.Put("Acme.dll", CompiledAssembly.Of("Acme", CompiledAssembly.Signature("EX-1", "1") + CompiledAssembly.Signature("EX-1", "2").Replace("Reports_", "Second_", StringComparison.Ordinal)));

        await followed.Until("EX-1 1 running", "EX-1 2 failed");
    }

    [Fact]
    public async Task Id_OfABuiltInSignature_CannotBeTaken()
    {
        await using var followed = await Followed.StartAsync(null, () => new TestSignature("TRC-102"));
        followed.Put("Acme.dll", CompiledAssembly.Reporting("TRC-102", "9"));

        await followed.Until("TRC-102 1 running", "TRC-102 9 failed");
        File.Delete(followed.Directory["Acme.dll"]);
        await followed.Until("TRC-102 1 running");
    }

    [Fact]
    public async Task EventName_OfTheMeshItself_CannotBeTaken()
    {
        await using var followed = await Followed.StartAsync();
        followed.Put("Acme.dll", CompiledAssembly.Of("Acme", CompiledAssembly.Signature("EX-1", "1").Replace("event_EX-1", "sched_process_exec", StringComparison.Ordinal)));

        await followed.Until("EX-1 1 failed");
        Assert.Equal("the name of its event, sched_process_exec, is that of an event of the mesh itself (in Acme.dll)", followed.The("EX-1").Reason);
    }

    [Fact]
    public async Task Event_ThatNobodyMakes_IsToldAndTheSignatureRuns()
    {
        await using var followed = await Followed.StartAsync();
        followed.Put("Acme.dll", CompiledAssembly.Reporting("EX-1", "1", selects: "no_such_event"));

        await followed.Until("EX-1 1 running");
        Assert.Equal(["no_such_event"], followed.The("EX-1").UnknownEvents);
    }

    [Fact]
    public async Task Signature_ThatReachesForTheBus_FindsNone()
    {
        var bus = typeof(TraceeMesh.Bus.BusConnection).Assembly.GetName().Name;
        await using var followed = await Followed.StartAsync();
        followed.Put("Acme.dll", CompiledAssembly.Of("Acme", CompiledAssembly.Signature("EX-1", "1").Replace("Report(e", "typeof(TraceeMesh.Bus.BusConnection).ToString(); Report(e", StringComparison.Ordinal)));

        await followed.Until("Acme.dll  failed");
        Assert.Contains($"it needs {bus}", followed.The("Acme.dll").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sdk_InTheDirectory_IsNotLoaded()
    {
        await using var followed = await Followed.StartAsync(d => File.Copy(typeof(Signature).Assembly.Location, d["TraceeMesh.Signatures.dll"]));

        Assert.Empty(followed.Signatures);
    }

    [Fact]
    public async Task Directory_ThatIsGone_TakesNothingAway()
    {
        await using var followed = await Followed.StartAsync();
        followed.Put("Acme.dll", CompiledAssembly.Reporting("EX-1", "1"));
        await followed.Until("EX-1 1 running");
        var away = followed.Directory.Path + ".away";

        Directory.Move(followed.Directory.Path, away);
        Directory.Move(away, followed.Directory.Path);
        followed.Put("Acme.dll", CompiledAssembly.Reporting("EX-1", "2"));

        // The watch went with the directory; looking now and then did not.
        await followed.Until("EX-1 2 running");
    }

    private static Event Ptrace() => EventMaker.Make("ptrace", ("request", 0));

    private static async Task<string> VersionThatReports(Followed followed)
    {
        followed.Bench.Found.Clear();
        await followed.Bench.Judge(Ptrace());
        return Assert.Single(followed.Bench.Json())["args"]![0]!["value"]!.ToJsonString();
    }
}
