using System.CommandLine;
using System.Text.Json;
using TraceeMesh.Benchmarks;
using TraceeMesh.Contracts;

var names = new Argument<string[]>("name") { Arity = ArgumentArity.ZeroOrMore, Description = "Benchmarks to run [default: all]" };
var quick = new Option<bool>("--quick") { Description = "Shorter runs" };
var json = new Option<bool>("--json") { Description = "One JSON object a row on stdout, nothing else" };
var command = new RootCommand("Benchmarks: one row each; a missed target is no failure") { names, quick, json };
command.SetAction((parsed, cancellation) => Run(parsed.GetValue(names) ?? [], parsed.GetValue(quick), parsed.GetValue(json), cancellation));

var parsed = command.Parse(args);
foreach (var error in parsed.Errors)
{
    await Console.Error.WriteLineAsync($"bench: {error.Message}");
}

return parsed.Errors.Count > 0 ? ExitCode.Usage : await parsed.InvokeAsync();

static async Task<int> Run(string[] names, bool quick, bool json, CancellationToken cancellation)
{
    if (names.FirstOrDefault(n => BenchmarkList.All.All(b => b.Name != n)) is { } unknown)
    {
        await Console.Error.WriteLineAsync($"bench: there is no benchmark {unknown}; there are: {string.Join(' ', BenchmarkList.All.Select(b => b.Name))}");
        return ExitCode.Usage;
    }

    if (!json)
    {
        Console.WriteLine(Table.Header);
    }

    foreach (var benchmark in BenchmarkList.All.Where(b => names.Length == 0 || names.Contains(b.Name)))
    {
        if (benchmark.Obstacle is { } obstacle)
        {
            await Console.Error.WriteLineAsync($"bench: {benchmark.Name}: not run: {obstacle}");
            continue;
        }

        await foreach (var row in benchmark.Run(quick, cancellation))
        {
            Console.WriteLine(json ? JsonSerializer.Serialize(row, RowJson.Default.Row) : Table.Line(row));
        }
    }

    return ExitCode.Ok;
}
