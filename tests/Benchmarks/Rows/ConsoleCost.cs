using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using TraceeMesh.Bus;
using TraceeMesh.TestKit;

namespace TraceeMesh.Benchmarks.Rows;

/// <summary>
/// What one open page of the console costs its service while a node produces some 1000 events a second (the reference: the service
/// without a page), and how long a finding takes from the bus to the bytes that the page reads (the reference: its storage in the stream).
/// </summary>
internal sealed class ConsoleCost : IBenchmark
{
    // An exec is about three events.
    private const int ExecsPerSecond = 333;
    private const double TargetPercent = 5;
    private const double TargetMilliseconds = 250;
    private const double TicksPerSecond = 100;

    public string Name => "console";

    public string? Obstacle => LiveMachine.Obstacle;

    public async IAsyncEnumerable<Row> Run(bool quick, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var mesh = await LiveMesh.StartAsync();
        var pid = (await mesh.RunAsync("status", "--json")).Objects.Where(o => (string?)o["service"] == "datasource-api").Select(o => (int)o["pid"]!).Single();
        using var http = new HttpClient { BaseAddress = new Uri($"http://{mesh.ReadyLine.Split("console http://")[1].Split(' ')[0]}") };
        var seconds = quick ? "5" : "30";
        var without = await PercentAsync(pid, seconds, cancellation);
        double with;
        await using (var page = await LivePage.OpenAsync(http, "mesh", _ => { }, cancellation))
        {
            with = await PercentAsync(pid, seconds, cancellation);
        }

        yield return Row.AtMost($"{Name} cpu of an open page", with - without, "% of a core", TargetPercent, without);

        var (toPage, stored) = await LatencyAsync(mesh, http, quick ? 100 : 1000, cancellation);
        yield return Row.AtMost($"{Name} finding to page p50", Percentile.Of(toPage, 0.5), "ms", TargetMilliseconds, Percentile.Of(stored, 0.5));
        yield return Row.AtMost($"{Name} finding to page p99", Percentile.Of(toPage, 0.99), "ms", TargetMilliseconds, Percentile.Of(stored, 0.99));
    }

    private static async Task<double> PercentAsync(int pid, string seconds, CancellationToken cancellation)
    {
        var before = Ticks(pid);
        var started = TimeProvider.System.GetTimestamp();
        await Triggers.RunAsync("exec_rate", [ExecsPerSecond.ToString(CultureInfo.InvariantCulture), seconds, "/bin/true"], cancellation);
        return 100 * (Ticks(pid) - before) / TicksPerSecond / TimeProvider.System.GetElapsedTime(started).TotalSeconds;
    }

    private static double Ticks(int pid)
    {
        // Fields 14 and 15, counted behind the name, which may hold blanks.
        var fields = File.ReadAllText($"/proc/{pid}/stat").Split(") ")[^1].Split(' ');
        return double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture);
    }

    private static async Task<(List<double> ToPage, List<double> Stored)> LatencyAsync(LiveMesh mesh, HttpClient http, int count, CancellationToken cancellation)
    {
        await using var detector = await mesh.ConnectAsync("detector");
        var jetStream = new JetStream(detector);
        TaskCompletionSource<long> came = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var page = await LivePage.OpenAsync(
            http,
            "findings",
            item =>
            {
                // Of the message with the finding that is waited for; the execs of before may be found too.
                if (item.EventType == "findings" && JsonNode.Parse(item.Data)!.AsArray().Any(f => (string?)f!["event"] == "console_bench"))
                {
                    Volatile.Read(ref came).TrySetResult(TimeProvider.System.GetTimestamp());
                }
            },
            cancellation);
        var (toPage, stored) = (new List<double>(), new List<double>());
        var payload = Encoding.UTF8.GetBytes("""{"eventName":"console_bench","timestamp":1795300000000000000,"args":[],"metadata":{"Properties":{"Severity":1}}}""");
        for (var i = 0; i < count; i++)
        {
            Volatile.Write(ref came, new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously));
            var sent = TimeProvider.System.GetTimestamp();
            await jetStream.PublishAsync($"tracee.findings.low.console_bench.{LiveMesh.Node}", payload, cancellation: cancellation);
            stored.Add(TimeProvider.System.GetElapsedTime(sent).TotalMilliseconds);
            toPage.Add(TimeProvider.System.GetElapsedTime(sent, await came.Task.WaitAsync(cancellation)).TotalMilliseconds);
        }

        return (toPage, stored);
    }

    /// <summary>An open page: reads what it is sent until disposed.</summary>
    private sealed class LivePage(HttpResponseMessage response, Task reading, CancellationTokenSource end) : IAsyncDisposable
    {
        public static async Task<LivePage> OpenAsync(HttpClient http, string view, Action<SseItem<string>> take, CancellationToken cancellation)
        {
            var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var response = await http.GetAsync(new Uri($"/api/v1/live?view={view}", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellation);
            var stream = await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync(cancellation);
            var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var page = new LivePage(response, ReadAsync(stream, begun, take, end.Token), end);
            await begun.Task.WaitAsync(cancellation);
            return page;
        }

        public async ValueTask DisposeAsync()
        {
            await end.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            response.Dispose();
            end.Dispose();
        }

        private static async Task ReadAsync(Stream stream, TaskCompletionSource begun, Action<SseItem<string>> take, CancellationToken cancellation)
        {
            await foreach (var item in SseParser.Create(stream).EnumerateAsync(cancellation))
            {
                begun.TrySetResult();
                take(item);
            }
        }
    }
}
