using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Findings;
using TraceeMesh.Signatures.BuiltIn.Programs;

namespace TraceeMesh.Signatures.BuiltIn.InitialAccess;

/// <summary>A shell whose ancestors are a web server's.</summary>
public sealed class IllegitimateShell : Signature
{
    private const int Generations = 8;

    private static readonly ProgramNames Servers = new("nginx", "httpd", "lighttpd", "apache", "apache2");

    // What the tasks of these, of Apache's image and of Tomcat call themselves; a name of a task has 15 bytes.
    private static readonly ProgramNames Names = new("nginx", "httpd", "httpd-foregroun", "http-nio", "lighttpd", "apache", "apache2");

    private readonly TextArgument _previous = new(StartedProgram.Exec, "prev_comm");
    private LateSource _tree = null!;

    /// <inheritdoc/>
    public override SignatureMetadata Metadata { get; } = new("TRC-1016", "illegitimate_shell")
    {
        Name = "Web server spawned a shell",
        Description = "A web server, or a program it started, started a shell. Whoever found a hole in the server gives commands that way.",
        Severity = Severity.Medium,
        Category = "initial-access",
        Technique = "Exploit Public-Facing Application",
        ExternalId = "T1190",
        StixId = "attack-pattern--3f886f2a-874f-4333-b794-aa6075009b1c",
        Misses = "A shell under another name. Servers with other names, but see TM-102. More than 8 generations between server and shell. What a server does without a shell.",
        FalsePositives = "CGI scripts in shell; piped logs of Apache.",
        Trigger = "cp /bin/sleep /tmp/nginx, start it from a program that then starts sh as its child: the parent's file is called nginx",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<EventSelector> SelectedEvents { get; } = StartedProgram.Named(Origin.Any, StartedProgram.Shells);

    /// <inheritdoc/>
    public override IReadOnlyList<DeclaredLookup> DeclaredLookups { get; } = [DeclaredLookup.LineageOfEvent(Generations)];

    /// <inheritdoc/>
    public override void Init(ISignatureContext context) => _tree = new LateSource(context, "process_tree");

    /// <inheritdoc/>
    public override async ValueTask OnEvent(Event e, CancellationToken cancellation)
    {
        if (Names.Has(_previous[e].Bytes))
        {
            Report(e, ("server", _previous[e]));
            return;
        }

        var lineage = await _tree.Now.GetLineage(e, Generations, cancellation);
        for (var i = 1; i < lineage.Count; i++)
        {
            var path = lineage[i].Executable.Path;
            if (Servers.Has(StartedProgram.NameIn(path)))
            {
                Report(e, ("server", path), ("generations", i));
                return;
            }
        }
    }
}
