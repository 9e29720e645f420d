namespace TraceeMesh.Cli.Connection;

/// <summary>The directory a local mesh keeps everything in, and how its files are called.</summary>
public sealed record StateDirectory(string Path)
{
    public const string Variable = "TRACEEMESH_STATE_DIR";

    private const string DefaultName = ".mesh";

    public string MeshFile => In("mesh.json");

    public string LockFile => In("lock");

    public string NatsConfiguration => In("nats.conf");

    public string JetStream => In("jetstream");

    public string Logs => In("logs");

    public string Credentials => In("credentials");

    public string Signatures => In("signatures");

    public string CredentialsOf(string user) => System.IO.Path.Combine(Credentials, user + ".json");

    public string LogOf(string instance) => System.IO.Path.Combine(Logs, instance + ".log");

    /// <summary>The option, else the environment, else <c>.mesh</c> beside the topology, else below the current directory.</summary>
    public static StateDirectory Choose(string? option, string? variable, string? repositoryRoot)
    {
        var chosen = !string.IsNullOrEmpty(option) ? option
            : !string.IsNullOrEmpty(variable) ? variable
            : System.IO.Path.Combine(repositoryRoot ?? Environment.CurrentDirectory, DefaultName);
        return new StateDirectory(System.IO.Path.GetFullPath(chosen));
    }

    public static StateDirectory Choose(string? option) =>
        Choose(option, Environment.GetEnvironmentVariable(Variable), Checkout.Find(AppContext.BaseDirectory)?.Root);

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
