using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using TraceeMesh.Detector.Loading;
using TraceeMesh.Replay.Importing;
using TraceeMesh.Replay.Judging;
using TraceeMesh.Signatures.BuiltIn.DefenseEvasion;
using Xunit;

namespace TraceeMesh.Tests.Unit.Replay;

public sealed class TraceeJsonTests
{
    private const string Container = "270f747aa981270f747aa981270f747aa981270f747aa981270f747aa981aabb";

    private const string Flat = """
        {"timestamp":1700000000000000000,"threadStartTime":1699999999000000000,"processorId":1,"processId":10,"threadId":10,"parentProcessId":9,"cgroupId":55,"hostProcessId":10,"hostThreadId":10,"hostParentProcessId":9,"userId":0,"processName":"python3","hostName":"h","container":{"id":"CONTAINER","name":"cart-0","image":"shop/cart:1"},"eventId":"101","eventName":"ptrace","argsNum":1,"returnValue":0,"syscall":"ptrace","args":[{"name":"request","type":"long","value":0}]}
        """;

    private const string Nested = """
        {"timestamp":"2025-11-20T00:00:00.123456789Z","id":101,"name":"ptrace","workload":{"process":{"executable":{"path":"/usr/bin/x"},"host_pid":77,"pid":7,"real_user":{"id":3},"thread":{"start_time":"2025-11-19T00:00:00Z","name":"x","host_tid":77,"tid":7,"syscall":"ptrace"}},"container":{"id":"CONTAINER","name":"cart-0","image":{"name":"shop/cart:1"},"started":true}},"data":[{"name":"request","int64":"0"},{"name":"returnValue","int64":"-1"}]}
        """;

    [Theory]
    [InlineData(Flat, 1_700_000_000_000_000_000, 10, 0)]
    [InlineData(Nested, 1_763_596_800_123_456_789, 77, -1)]
    public async Task Event_OfEitherShape_IsJudgedWithWhatItHas(string line, long time, int pid, long returned)
    {
        var (findings, refused) = await Judge(line.Replace("CONTAINER", Container, StringComparison.Ordinal));

        Assert.Empty(refused);
        using var finding = JsonDocument.Parse(Assert.Single(findings));
        var json = finding.RootElement;
        Assert.Equal("anti_debugging", json.GetProperty("eventName").GetString());
        Assert.Equal(time, json.GetProperty("timestamp").GetInt64());
        Assert.Equal(pid, json.GetProperty("hostProcessId").GetInt32());
        Assert.Equal(returned, json.GetProperty("returnValue").GetInt64());
        Assert.Equal("shop/cart:1", json.GetProperty("container").GetProperty("image").GetString());
    }

    // /bin/sh below nginx: the verdict needs the process tree.
    [Fact]
    public async Task ProcessTree_IsFedByForkAndExec()
    {
        string[] lines =
        [
            Exec(100, 1, 1000, "/usr/sbin/nginx", "nginx"),
            """{"timestamp":2000,"threadStartTime":1000,"hostProcessId":100,"hostThreadId":100,"processName":"nginx","eventName":"sched_process_fork","args":[{"name":"parent_process_pid","value":100},{"name":"parent_process_start_time","value":1000},{"name":"parent_pid","value":100},{"name":"parent_tid","value":100},{"name":"child_pid","value":101},{"name":"child_tid","value":101},{"name":"start_time","value":1500},{"name":"leader_pid","value":101},{"name":"leader_tid","value":101},{"name":"leader_start_time","value":1500}]}""",
            Exec(101, 100, 1500, "/usr/bin/dash", "sh"),
        ];

        var (findings, refused) = await Judge(lines);

        Assert.Empty(refused);
        Assert.Contains(findings, f => f.Contains("\"eventName\":\"illegitimate_shell\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Line_ThatIsNoEvent_IsRefusedByItsNumber_AndTheOthersGoOn()
    {
        var (findings, refused) = await Judge("nonsense", "[]", "{}", "", """{"eventName":7}""", Flat);

        Assert.Single(findings);
        Assert.Equal([1, 2, 3, 5], refused);
    }

    [Fact]
    public async Task Bytes_OfAnyKind_NeverThrow()
    {
        var random = new Random(4);
        var lines = new List<string>();
        for (var i = 0; i < 2000; i++)
        {
            var hostile = new StringBuilder(i % 2 == 0 ? Flat : Nested);
            for (var change = random.Next(1, 6); change > 0; change--)
            {
                hostile[random.Next(hostile.Length)] = (char)random.Next(32, 127);
            }

            lines.Add(hostile.ToString());
        }

        await Judge([.. lines]);
    }

    private static string Exec(int pid, int parent, long start, string path, string name) =>
        $$"""{"timestamp":{{start + 700}},"threadStartTime":{{start}},"processId":{{pid}},"threadId":{{pid}},"hostProcessId":{{pid}},"hostThreadId":{{pid}},"hostParentProcessId":{{parent}},"processName":"{{name}}","eventName":"sched_process_exec","args":[{"name":"cmdpath","value":"{{path}}"},{"name":"pathname","value":"{{path}}"},{"name":"argv","value":["{{name}}"]}]}""";

    private static async Task<(List<string> Findings, List<long> Refused)> Judge(params string[] lines)
    {
        var (findings, refused) = (new List<string>(), new List<long>());
        await using var judge = new TraceeJsonJudge(
            SignatureAssembly.Find(typeof(AntiDebugging).Assembly),
            null,
            f => findings.Add(Encoding.UTF8.GetString(f.Payload)),
            (line, _) => refused.Add(line),
            NullLogger.Instance);
        JudgeReport report = await judge.RunAsync(lines, CancellationToken.None);
        Assert.Equal(lines.Length, report.Records);
        return (findings, refused);
    }
}
