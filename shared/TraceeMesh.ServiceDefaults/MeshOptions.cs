using System.Net;
using Microsoft.Extensions.Configuration;
using TraceeMesh.Bus;
using TraceeMesh.ServiceDefaults.Configuration;

namespace TraceeMesh.ServiceDefaults;

/// <summary>What a service was told at its start. <see cref="MeshSettings"/> says what there is.</summary>
public sealed class MeshOptions
{
    private readonly SettingValues _values;

    private MeshOptions(string service, SettingValues values)
    {
        (Service, _values) = (service, values);
        Node = values.Get(MeshSettings.Node) ?? Environment.MachineName;
        Instance = values.Get(MeshSettings.Instance) ?? Node;
        NatsUrl = values.Get(MeshSettings.NatsUrl)!;
        Http = values.Get(MeshSettings.HttpAddress)!;
        Prefix = values.Get(MeshSettings.SubjectPrefix)!;
        StreamReplicas = values.Get(MeshSettings.StreamReplicas);
        BusUser = values.Get(MeshSettings.Credentials);
        Configuration = values.ToConfiguration();
    }

    /// <summary>collector, enricher, detector or datasource-api.</summary>
    public string Service { get; }

    /// <summary>Name of the node.</summary>
    public string Node { get; }

    /// <summary>Name of this instance among those of its service.</summary>
    public string Instance { get; }

    /// <summary>Address of the bus.</summary>
    public string NatsUrl { get; }

    /// <summary>
    /// The JetStream domain that keeps what the whole mesh shares, where the bus it connects to is a leaf node with a domain of its own; what
    /// belongs to the node alone, its raw frames, stays with the leaf. Null: one bus keeps everything.
    /// </summary>
    public string? NatsDomain => Get(MeshSettings.NatsDomain);

    /// <summary>Where health and metrics are served.</summary>
    public IPEndPoint Http { get; }

    /// <summary>First token of every subject.</summary>
    public string Prefix { get; }

    /// <summary>How many servers of the bus keep each stream.</summary>
    public int StreamReplicas { get; }

    /// <summary>Who it is on the bus; null where nothing but the address says so.</summary>
    public BusUser? BusUser { get; }

    /// <summary>How the connection to the bus is encrypted; null where it is not.</summary>
    public BusTls? BusTls => IsBusEncrypted
        ? new BusTls
        {
            CertificateAuthorityFile = Get(MeshSettings.NatsCa),
            CertificateFile = Get(MeshSettings.NatsCertificate),
            KeyFile = Get(MeshSettings.NatsKey),
            ServerName = Get(MeshSettings.NatsServerName),
        }
        : null;

    /// <summary>What was given, without defaults, by the names of the environment without their prefix.</summary>
    public IConfiguration Configuration { get; }

    private bool IsBusEncrypted =>
        NatsUrl.StartsWith("tls://", StringComparison.Ordinal) || (Get(MeshSettings.NatsCa) ?? Get(MeshSettings.NatsCertificate) ?? Get(MeshSettings.NatsServerName)) is not null;

    /// <summary>Reads flags, environment and file.</summary>
    /// <param name="service">Name of the service.</param>
    /// <param name="program">Which program it is, one of <see cref="MeshPrograms"/>.</param>
    /// <param name="arguments">Its command line.</param>
    /// <exception cref="ServiceExitException">A value cannot be used.</exception>
    public static MeshOptions Parse(string service, string program, IReadOnlyList<string> arguments) =>
        new(service, SettingValues.Read(program, arguments, Environment.GetEnvironmentVariable));

    /// <summary>The value of a setting; the type's default where there is none.</summary>
    public T? Get<T>(Setting<T> setting) => _values.Get(setting);
}
