using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using TraceeMesh.Bus;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Chaos;

/// <summary>
/// A pyramid of processes that fork, thread and execute again, most of them dead before an event of theirs is judged. What a
/// signature is told of each exec is compared with what the processes themselves wrote down.
/// </summary>
[Collection(WholeMeshCollection.Name)]
public sealed class PyramidTests(SharedMesh shared)
{
    private const double PatienceSeconds = 60;
    private const int Levels = 3;
    private const int Width = 9;

    // 9 + 81 + 729 processes above the ground, each of which executes twice.
    private const int Execs = 2 * 819;

    private static readonly string Program = Trigger.PathOf("pyramid");

    [Fact]
    public async Task EveryExec_IsToldItsThreadItsProcessAndItsLineage_ThreeTimesInARow()
    {
        await using var reader = await BusConnection.ConnectAsync(new BusOptions { Urls = [shared.Mesh.NatsUrl] });
        using var findings = reader.Subscribe($"tracee.findings.*.climbed_tree.{LiveMesh.Node}", new BusSubscriptionOptions { Capacity = 8 * Execs });
        using var directory = new TemporaryDirectory();
        await using var detector = await OwnDetector.StartAsync(shared.Mesh, () => new ClimbedTree(Program));
        await detector.JudgesAsync(findings, () => RunAsync(Path.Combine(directory.Path, "probe"), levels: 0));

        for (var run = 0; run < 3; run++)
        {
            var file = Path.Combine(directory.Path, $"run{run}");
            await RunAsync(file, Levels);
            var notes = File.ReadLines(file).Where(l => l.StartsWith("exec ", StringComparison.Ordinal)).Select(Note.Parse).ToList();
            Assert.Equal(Execs, notes.Count);
            Compare(notes, await TakeAsync(findings, file));
        }
    }

    private static void Compare(List<Note> notes, Dictionary<(int Pid, string Argv), JsonObject> told)
    {
        var last = notes.GroupBy(n => n.Pid).ToDictionary(g => g.Key, g => g.MaxBy(n => n.Order)!);
        var wrong = new List<string>();
        foreach (var note in notes)
        {
            if (!told.TryGetValue((note.Pid, note.Argv), out var finding))
            {
                wrong.Add($"no finding for {note}");
                continue;
            }

            Same(note, "thread", $"Found {note.Pid} {note.Pid} pyramid True True", (string?)finding.Argument("thread"));
            var process = (string?)finding.Argument("process");
            var ppid = note.Ppid == 0 ? int.Parse(process!.Split(' ')[2], CultureInfo.InvariantCulture) : note.Ppid;
            Same(note, "process", $"Found {note.Pid} {ppid} True {note.Path} {note.Argv}", process);
            Same(note, "started", "true", finding.Argument("started")?.ToJsonString());
            Same(note, "lineage_status", "Found", (string?)finding.Argument("lineage_status"));

            // Itself, and each ancestor as it was when it forked: after its last exec.
            var lineage = finding.Argument("lineage")!.AsArray().Select(l => (string)l!).ToList();
            Same(note, "lineage[0]", $"{note.Pid} {ppid} True {note.Path} {note.Argv}", lineage[0]);
            var child = note;
            for (var i = 1; i <= ClimbedTree.Depth && child.Ppid != 0 && last.TryGetValue(child.Ppid, out var parent); i++)
            {
                Same(note, $"lineage[{i}]", $"{parent.Pid} * True {parent.Path} {parent.Argv}", i < lineage.Count ? WithoutParent(lineage[i]) : "");
                child = parent;
            }

            void Same(Note of, string what, string expected, string? actual)
            {
                if (expected != actual)
                {
                    wrong.Add($"{of}: {what} is '{actual}', not '{expected}'");
                }
            }
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} answers are wrong, of {notes.Count} execs:\n{string.Join('\n', wrong.Take(20))}");
    }

    private static string WithoutParent(string process)
    {
        var words = process.Split(' ');
        words[1] = "*";
        return string.Join(' ', words);
    }

    private static async Task RunAsync(string file, int levels)
    {
        using var process = Process.Start(new ProcessStartInfo(Program, [file, $"{levels}", $"{Width}"]) { RedirectStandardOutput = true })!;
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    // The findings of one run: its file is the first argument of all of its execs.
    private async Task<Dictionary<(int Pid, string Argv), JsonObject>> TakeAsync(BusSubscription findings, string file)
    {
        var told = new Dictionary<(int, string), JsonObject>();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(PatienceSeconds));
        try
        {
            while (told.Count < Execs)
            {
                using var message = await findings.ReadAsync(patience.Token) ?? throw new InvalidOperationException("the connection was closed");
                var finding = JsonNode.Parse(message.Payload)!.AsObject();
                var argv = (string)finding.Argument("argv")!;
                if (argv.Split(' ') is [_, var of, _, _, _, ..] && of == file)
                {
                    told[((int)finding["hostProcessId"]!, argv)] = finding;
                }
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{told.Count} of {Execs} findings within {PatienceSeconds} s\n{shared.Mesh.Describe()}");
        }

        return told;
    }

    private sealed record Note(int Pid, int Ppid, int Level, int Order, string Path, string Argv)
    {
        // exec PID PPID LEVEL ORDER FROM_TID PATH ARGUMENT...
        public static Note Parse(string line)
        {
            var words = line.Split(' ', 8);
            return new Note(Number(1), Number(2), Number(3), Number(4), words[6], words[7]);

            int Number(int word) => int.Parse(words[word], CultureInfo.InvariantCulture);
        }
    }
}
