namespace TraceeMesh.Cli;

/// <summary>Where the parts of this build lie: the directory above the program that holds <c>aspire/topology.json</c>.</summary>
public sealed class Checkout
{
    private const string TopologyFile = "aspire/topology.json";

    private Checkout(string root) => Root = root;

    public string Root { get; }

    public string TopologyPath => Path.Combine(Root, TopologyFile);

    /// <summary>Null when the program was installed apart from a repository.</summary>
    public static Checkout? Find(string programDirectory)
    {
        for (var directory = new DirectoryInfo(programDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, TopologyFile)))
            {
                return new Checkout(directory.FullName);
            }
        }

        return null;
    }

    public static Checkout Require() => Find(AppContext.BaseDirectory)
        ?? throw new CommandException(Contracts.ExitCode.Failure, $"no {TopologyFile} above {AppContext.BaseDirectory}: run this from a clone of the repository");

    /// <summary>The directory the build puts a project's program in.</summary>
    public string OutputOf(string project) => Path.Combine(Root, "artifacts", "bin", Path.GetFileNameWithoutExtension(project), "release");
}
