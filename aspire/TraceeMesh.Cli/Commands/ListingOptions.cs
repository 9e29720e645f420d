using System.CommandLine;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Cli.Lookups;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Lookups;

namespace TraceeMesh.Cli.Commands;

/// <summary>What the commands have in common that list one of the mesh's own data sources.</summary>
internal sealed class ListingOptions
{
    private const string Namespace = "tracee";

    private readonly Argument<string?> _filter = new("filter") { Description = "Only those in which this text is", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _node = new("--node") { Description = "Node [default: all there are]" };
    private readonly Option<string?> _at = new("--at") { Description = "As of this time: seconds since the epoch, or ISO 8601 [default: now]" };
    private readonly Option<bool> _json = CommonOptions.Json();
    private readonly Option<string?> _nats = CommonOptions.Nats();
    private readonly Option<string?> _stateDirectory = CommonOptions.StateDirectory();

    /// <summary>A command that lists a source.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">What it is for, with an example.</param>
    /// <param name="id">Id of the source.</param>
    /// <param name="heading">First line of the table.</param>
    /// <param name="line">A line of the table.</param>
    /// <param name="more">Options of this command alone.</param>
    /// <param name="draw">Draws all entries of a node instead, where this says so.</param>
    public static Command Create(string name, string description, string id, string heading, Func<string, SourceEntry, string> line, Option<bool>? more = null, Func<IEnumerable<SourceEntry>, IEnumerable<string>>? draw = null)
    {
        var options = new ListingOptions();
        var command = new Command(name, description) { options._filter, options._node, options._at, options._json, options._nats, options._stateDirectory };
        if (more is not null)
        {
            command.Options.Add(more);
        }

        command.SetAction((parsed, cancellation) => options.RunAsync(parsed, id, heading, line, more is not null && parsed.GetValue(more) ? draw : null, cancellation));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, string id, string heading, Func<string, SourceEntry, string> line, Func<IEnumerable<SourceEntry>, IEnumerable<string>>? draw, CancellationToken cancellation)
    {
        var address = MeshAddress.Find(parsed.GetValue(_nats), parsed.GetValue(_stateDirectory));
        if (address.IsReader)
        {
            throw new CommandException(ExitCode.NoPrivilege, "lookups are not for readers: run as the user who started the mesh, whose state directory holds the credentials");
        }

        var (time, json) = (LookupQuestion.ParseTime(parsed.GetValue(_at)), parsed.GetValue(_json));
        await using var bus = await MeshConnection.Open(address, cancellation);
        IReadOnlyList<string> nodes = parsed.GetValue(_node) is { } one ? [one] : await KnownNodes.All(bus, asReader: false, cancellation);
        if (nodes.Count == 0)
        {
            throw new CommandException(ExitCode.Unavailable, "no collector or enricher of any node was heard: tmesh status shows who runs");
        }

        if (!json && draw is null)
        {
            Console.WriteLine(heading);
        }

        foreach (var node in nodes)
        {
            var listing = new SourceListing(Namespace, id, node, time, parsed.GetValue(_filter) ?? "");
            var drawn = new List<SourceEntry>();
            await foreach (var entry in listing.ReadAsync(bus, cancellation))
            {
                if (draw is not null && !json)
                {
                    drawn.Add(entry);
                    continue;
                }

                Console.WriteLine(json ? SourceListing.Json(entry) : line(node, entry).TrimEnd());
            }

            foreach (var text in draw?.Invoke(drawn) ?? [])
            {
                Console.WriteLine(text);
            }

            if (listing.Evicted > 0)
            {
                await Console.Error.WriteLineAsync($"tmesh: {Namespace}/{id} of {node}: {listing.Evicted} entries are missing, since there was no room for them");
            }
        }

        return ExitCode.Ok;
    }
}
