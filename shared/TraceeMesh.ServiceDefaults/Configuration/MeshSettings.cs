using System.Net;
using System.Security.Cryptography.X509Certificates;
using TraceeMesh.Contracts;

namespace TraceeMesh.ServiceDefaults.Configuration;

/// <summary>
/// The one table of settings. Parsing, <c>--help</c> and docs/configuration.md follow from it; a new setting is a line here.
/// </summary>
public static class MeshSettings
{
    // The bus knows no more.
    private const int MaxReplicas = 5;

    /// <summary>The file of settings itself.</summary>
    public static Setting<string> Config { get; } = new("config", SettingTypes.File, "The file with settings", MeshPrograms.All) { DefaultMeaning = "/etc/traceemesh/traceemesh.yaml, where there is one" };

    /// <summary>Name of the node.</summary>
    public static Setting<string> Node { get; } = new("node", SettingTypes.Name(Limits.NameBytes), "Name of the node", MeshPrograms.All) { DefaultMeaning = "the machine's name" };

    /// <summary>Name of the instance.</summary>
    public static Setting<string> Instance { get; } = new("instance", SettingTypes.Name(Limits.NameBytes), "Name of this instance among those of its service", MeshPrograms.All) { DefaultMeaning = "the node's name" };

    /// <summary>Address of the bus.</summary>
    public static Setting<string> NatsUrl { get; } = new("nats_url", SettingTypes.BusAddress, "Address of the bus", MeshPrograms.All) { ShortFlag = "--nats", ForeignVariable = "ConnectionStrings__nats", Default = "nats://127.0.0.1:4222", IsSecret = true };

    /// <summary>Who the service is on the bus.</summary>
    public static Setting<BusUser> Credentials { get; } = new("credentials", SettingTypes.Credentials, "Who this service is on the bus", MeshPrograms.All) { DefaultMeaning = "what the address of the bus says, or nobody" };

    /// <summary>Whom the connection to the bus trusts.</summary>
    public static Setting<string> NatsCa { get; } = new("nats_ca", SettingTypes.File, "PEM file of the authorities that may have signed the bus's certificate; switches TLS on", MeshPrograms.All) { DefaultMeaning = "the system's authorities" };

    /// <summary>The certificate shown to the bus.</summary>
    public static Setting<string> NatsCertificate { get; } = new("nats_certificate", SettingTypes.File, "PEM file of the certificate shown to the bus; switches TLS on", MeshPrograms.All) { DefaultMeaning = "none is shown" };

    /// <summary>Its key.</summary>
    public static Setting<string> NatsKey { get; } = new("nats_key", SettingTypes.File, "PEM file of that certificate's key", MeshPrograms.All) { DefaultMeaning = "none" };

    /// <summary>The name the bus's certificate must carry.</summary>
    public static Setting<string> NatsServerName { get; } = new("nats_server_name", SettingTypes.Text("a host name"), "The name that the bus's certificate must carry", MeshPrograms.All) { DefaultMeaning = "the host of the first address" };

    /// <summary>The domain that keeps what the whole mesh shares.</summary>
    public static Setting<string> NatsDomain { get; } = new("nats_domain", SettingTypes.Token, "The JetStream domain that keeps what the whole mesh shares, where the bus is a leaf node with a domain of its own", MeshPrograms.All) { DefaultMeaning = "one bus keeps everything" };

    /// <summary>First token of every subject.</summary>
    public static Setting<string> SubjectPrefix { get; } = new("subject_prefix", SettingTypes.Text("a token of a subject"), "First token of every subject", MeshPrograms.All) { ShortFlag = "--prefix", Default = Subjects.DefaultPrefix };

    /// <summary>How many servers keep a stream.</summary>
    public static Setting<int> StreamReplicas { get; } = new("stream_replicas", SettingTypes.Number(1, MaxReplicas), "How many servers of the bus keep each stream, at most as many as there are: 3 on a cluster of three", MeshPrograms.All) { ShortFlag = "--replicas", Default = "1" };

    /// <summary>Where health and metrics are served.</summary>
    public static Setting<IPEndPoint> HttpAddress { get; } = new("http_address", SettingTypes.EndPoint, "Where health, metrics and the console are served; port 0 is a free one", MeshPrograms.All) { ShortFlag = "--http", Default = "127.0.0.1:0" };

    /// <summary>The certificate of that server.</summary>
    public static Setting<string> HttpCertificate { get; } = new("http_certificate", SettingTypes.File, "PEM file of the certificate of that address", MeshPrograms.All) { DefaultMeaning = "no TLS" };

    /// <summary>Its key.</summary>
    public static Setting<string> HttpKey { get; } = new("http_key", SettingTypes.File, "PEM file of its key", MeshPrograms.All) { DefaultMeaning = "it is in the file of the certificate" };

    /// <summary>The token asked for there.</summary>
    public static Setting<string> HttpToken { get; } = new("http_token_file", SettingTypes.Secret, "File with the bearer token that is asked for there, except for /healthz and /readyz", MeshPrograms.All) { DefaultMeaning = "none; beyond loopback only /healthz and /readyz answer" };

    /// <summary>Whether strangers are let in.</summary>
    public static Setting<bool> Insecure { get; } = new("insecure", SettingTypes.YesOrNo, "Serve beyond loopback without TLS and without token or policy", MeshPrograms.All) { Default = "no" };

    /// <summary>Size of the ring.</summary>
    public static Setting<uint> RingBytes { get; } = new("ring_bytes", SettingTypes.RingBytes, "Size of the ring between kernel and collector", MeshPrograms.Collector) { Default = "33554432" };

    /// <summary>When events that matter less are given up.</summary>
    public static Setting<int> ShedAbove { get; } = new("shed_above", SettingTypes.Number(1, 100), "How full the ring is, in hundredths, when events that matter less are given up; 100: never", MeshPrograms.Collector) { Default = "50" };

    /// <summary>Over how many partitions a node's events spread.</summary>
    public static Setting<int> Spread { get; } = new("spread", SettingTypes.PowerOfTwo(Partitioning.Partitions), "Over how many partitions the events of this node spread, so that as many detectors judge them", MeshPrograms.Collector, MeshPrograms.Replay) { Default = "1" };

    /// <summary>What a stopped collector does with what it has loaded.</summary>
    public static Setting<string> OnStop { get; } = new("on_stop", SettingTypes.OneOf("close", "leave"), "What a collector told to stop does with what it has loaded: close it, or leave it to the next collector", MeshPrograms.Collector) { Default = "close" };

    /// <summary>The capture that answers in the place of a node.</summary>
    public static Setting<string> Capture { get; } = new("capture", SettingTypes.File, "The capture that is replayed; the enricher asks it instead of this machine's container runtimes", MeshPrograms.Replay, MeshPrograms.Enricher) { DefaultMeaning = "none" };

    /// <summary>How fast a capture is replayed.</summary>
    public static Setting<string> ReplaySpeed { get; } = new("replay_speed", SettingTypes.Text("1x, 10x, 0.5x, max"), "How fast it is replayed", MeshPrograms.Replay) { ShortFlag = "--speed", Default = "1x" };

    /// <summary>Docker's socket.</summary>
    public static Setting<string> RuntimeDocker { get; } = Runtime("docker", "/var/run/docker.sock");

    /// <summary>containerd's socket.</summary>
    public static Setting<string> RuntimeContainerd { get; } = Runtime("containerd", "/var/run/containerd/containerd.sock");

    /// <summary>CRI-O's socket.</summary>
    public static Setting<string> RuntimeCrio { get; } = Runtime("crio", "/var/run/crio/crio.sock");

    /// <summary>podman's socket.</summary>
    public static Setting<string> RuntimePodman { get; } = Runtime("podman", "/var/run/podman/podman.sock");

    /// <summary>Where the API server is.</summary>
    public static Setting<string> Kubeconfig { get; } = new("kubeconfig", SettingTypes.FileOrNothing, "The kubeconfig by which the node's pods are watched; nothing switches that off", MeshPrograms.Enricher) { TakesNothing = true, DefaultMeaning = "a pod's own credentials, where the enricher runs in one" };

    /// <summary>The node's name in Kubernetes.</summary>
    public static Setting<string> KubernetesNode { get; } = new("kubernetes_node", SettingTypes.Text("a name"), "The node's name in Kubernetes", MeshPrograms.Enricher) { DefaultMeaning = "its name in the mesh" };

    /// <summary>How long a runtime may take.</summary>
    public static Setting<TimeSpan> EnrichmentTimeout { get; } = new("enrichment_timeout", SettingTypes.Seconds(0.01), "How long a container runtime may take for one answer", MeshPrograms.Enricher) { Default = "10" };

    /// <summary>How long events wait.</summary>
    public static Setting<TimeSpan> ParkingTime { get; } = new("parking_time", SettingTypes.Seconds(0), "How long events of a container wait for its runtime's first answer", MeshPrograms.Enricher) { Default = "0.5" };

    /// <summary>How many events wait.</summary>
    public static Setting<int> ParkingEvents { get; } = new("parking_events", SettingTypes.Number(0, Limits.ParkedEvents), "How many events of the node wait for runtimes", MeshPrograms.Enricher) { Default = "10000" };

    /// <summary>The operator's signatures.</summary>
    public static Setting<string> Signatures { get; } = new("signatures", SettingTypes.Directory, "The operator's directory of signatures", MeshPrograms.Detector) { DefaultMeaning = "only those that come with the detector" };

    /// <summary>How many instances there are to be.</summary>
    public static Setting<IReadOnlyDictionary<string, int>> Expect { get; } = new("expect", SettingTypes.Counts, "How many instances of each service are to be there for /readyz to say so", MeshPrograms.DataSourceApi) { DefaultMeaning = "none are waited for" };

    /// <summary>Declarations of sources.</summary>
    public static Setting<string> Sources { get; } = new("sources", SettingTypes.Directory, "Directory with declarations of data sources", MeshPrograms.DataSourceApi) { DefaultMeaning = "only those that come with datasource-api" };

    /// <summary>Coded sources.</summary>
    public static Setting<string> Plugins { get; } = new("plugins", SettingTypes.Directory, "Directory with data sources coded in C#", MeshPrograms.DataSourceApi) { DefaultMeaning = "none" };

    /// <summary>Where gRPC is served.</summary>
    public static Setting<string> GrpcAddress { get; } = new("grpc_address", SettingTypes.EndPointOrSocket, "Where gRPC is served; beyond loopback it wants TLS and a policy", MeshPrograms.DataSourceApi) { ShortFlag = "--grpc", Default = "127.0.0.1:4466" };

    /// <summary>The certificate of that server.</summary>
    public static Setting<string> GrpcCertificate { get; } = new("grpc_certificate", SettingTypes.File, "PEM file of the certificate of that address", MeshPrograms.DataSourceApi) { DefaultMeaning = "no TLS" };

    /// <summary>Its key.</summary>
    public static Setting<string> GrpcKey { get; } = new("grpc_key", SettingTypes.File, "PEM file of its key", MeshPrograms.DataSourceApi) { DefaultMeaning = "it is in the file of the certificate" };

    /// <summary>Who signs clients.</summary>
    public static Setting<X509Certificate2Collection> GrpcClientCa { get; } = new("grpc_client_ca", SettingTypes.Authorities, "PEM file of the authorities that may have signed clients' certificates", MeshPrograms.DataSourceApi) { DefaultMeaning = "certificates are not asked for" };

    /// <summary>Who may do what.</summary>
    public static Setting<string> Access { get; } = new("access", SettingTypes.File, "The policy: who may read and write which source", MeshPrograms.DataSourceApi) { DefaultMeaning = "anybody may do anything, on loopback" };

    /// <summary>All of them, in the order of the table.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        Config, Node, Instance, NatsUrl, Credentials, NatsCa, NatsCertificate, NatsKey, NatsServerName, NatsDomain, SubjectPrefix, StreamReplicas,
        HttpAddress, HttpCertificate, HttpKey, HttpToken, Insecure,
        RingBytes, ShedAbove, Spread, OnStop, Capture, ReplaySpeed,
        RuntimeDocker, RuntimeContainerd, RuntimeCrio, RuntimePodman, Kubeconfig, KubernetesNode, EnrichmentTimeout, ParkingTime, ParkingEvents,
        Signatures,
        Expect, Sources, Plugins, GrpcAddress, GrpcCertificate, GrpcKey, GrpcClientCa, Access,
    ];

    /// <summary>Those of one program.</summary>
    public static IEnumerable<Setting> Of(string program) => All.Where(s => s.Programs.Contains(program));

    private static Setting<string> Runtime(string name, string usual) =>
        new($"runtime_{name}", SettingTypes.Text("a socket, or nothing"), $"The socket of {name}; nothing switches it off", MeshPrograms.Enricher) { TakesNothing = true, DefaultMeaning = $"{usual}, where there is one" };
}
