using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Connection;

/// <summary>Where the bus is and who we are on it. The two are found apart.</summary>
/// <param name="Nats">The address of the bus.</param>
/// <param name="CredentialsFile">The file with our user; null to come as a reader.</param>
/// <param name="Node">The node of the mesh in the state directory, when there is one.</param>
public sealed record MeshAddress(string Nats, string? CredentialsFile, string? Node)
{
    public const string Variable = "TRACEEMESH_NATS_URL";

    /// <summary>Whether the bus will take us for a reader: neither file nor address says who we are.</summary>
    public bool IsReader => CredentialsFile is null && !Nats.Contains('@', StringComparison.Ordinal);

    /// <summary>The address: the option, the environment, the state directory. The credentials: the state directory.</summary>
    public static MeshAddress Find(string? option, string? variable, StateDirectory state)
    {
        var mesh = MeshFile.Read(state);
        var nats = !string.IsNullOrEmpty(option) ? option
            : !string.IsNullOrEmpty(variable) ? variable
            : mesh?.Nats
            ?? throw new CommandException(ExitCode.BusUnreachable, $"no mesh runs from {state.Path}: start one with ./mesh up, or name one with --nats, {Variable}, --state-dir or {StateDirectory.Variable}");
        var credentials = state.CredentialsOf(Permissions.CommandLine);
        return new MeshAddress(nats, BusCredentials.Read(credentials) is null ? null : credentials, mesh?.Node);
    }

    public static MeshAddress Find(string? option, string? stateOption) =>
        Find(option, Environment.GetEnvironmentVariable(Variable), StateDirectory.Choose(stateOption));
}
