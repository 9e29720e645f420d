using TraceeMesh.Collector.Kernel;
using TraceeMesh.Contracts;
using TraceeMesh.Enricher.Enrichment;
using TraceeMesh.ServiceDefaults;
using TraceeMesh.ServiceDefaults.Configuration;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Unit.ServiceDefaults;

public sealed class SettingValuesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Dictionary<string, string> _environment = [];

    public static TheoryData<string> Programs => [.. MeshPrograms.All];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Value_GivenEverywhere_IsThatOfTheFlag()
    {
        var file = Write("spread: 2\n");
        _environment["TRACEEMESH_SPREAD"] = "4";

        Assert.Equal(8, Read("--config", file, "--spread", "8").Get(MeshSettings.Spread));
        Assert.Equal(4, Read("--config", file).Get(MeshSettings.Spread));
        _environment.Clear();
        Assert.Equal(2, Read("--config", file).Get(MeshSettings.Spread));
        Assert.Equal(1, Read().Get(MeshSettings.Spread));
    }

    [Fact]
    public void File_NamedByTheEnvironmentOrLyingInItsPlace_IsRead()
    {
        var file = Write("spread: 2\n");

        Assert.Equal(2, SettingValues.Read(MeshPrograms.Collector, [], _environment.GetValueOrDefault, file).Get(MeshSettings.Spread));
        _environment["TRACEEMESH_CONFIG"] = file;
        Assert.Equal(2, Read().Get(MeshSettings.Spread));
    }

    [Fact]
    public void File_OfTheWholeMesh_TellsEachServiceItsOwn()
    {
        var file = Write("""{"node": "a", "collector": {"node": "b", "ring_bytes": 8192}, "detector": {"node": "c"}, "grpc_address": "127.0.0.1:1"}""");

        var values = Read("--config", file);

        Assert.Equal("b", values.Get(MeshSettings.Node));
        Assert.Equal(8192u, values.Get(MeshSettings.RingBytes));
        Assert.Equal("a", SettingValues.Read(MeshPrograms.Enricher, ["--config", file], _environment.GetValueOrDefault).Get(MeshSettings.Node));
    }

    [Fact]
    public void BusAddress_OfAspire_YieldsToOurOwn()
    {
        _environment["ConnectionStrings__nats"] = "nats://me:secret@bus:4222";
        Assert.Equal("nats://me:secret@bus:4222", Read().Get(MeshSettings.NatsUrl));

        _environment["TRACEEMESH_NATS_URL"] = "nats://other:4222";
        Assert.Equal("nats://other:4222", Read().Get(MeshSettings.NatsUrl));
    }

    [Fact]
    public void Problems_AreToldAllAtOnce_EachWithItsPlace()
    {
        var file = Write("node: x\nring_bytse: 4096\nstream_replicas: 9\n");
        _environment["TRACEEMESH_SPREAD"] = "3";

        var refusal = Assert.Throws<ServiceExitException>(() => Read("--config", file, "--ring-bytes", "5", "--nod", "n", "--on-stop"));

        Assert.Equal(ExitCode.Usage, refusal.ExitCode);
        Assert.Contains("6 settings", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("--ring-bytes 5: ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("TRACEEMESH_SPREAD 3: ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"{file}:3: stream_replicas 9: ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"{file}:2: ring_bytse: there is no such setting; the nearest is ring_bytes", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("unknown flag --nod; the nearest is --node", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("--on-stop wants a value", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("- a\n- b\n")]
    [InlineData("node: [a, b]\n")]
    [InlineData("node: {a: b}\n")]
    [InlineData("{\n")]
    [InlineData("node: a\n---\nnode: b\n")]
    [InlineData("config: other.yaml\n")]
    [InlineData("no_service: {node: a}\n")]
    public void File_OfAnotherForm_IsRefusedWithItsName(string text)
    {
        var file = Write(text);

        Assert.Contains(file, Assert.Throws<ServiceExitException>(() => Read("--config", file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void File_ThatIsNotThere_IsRefused() =>
        Assert.Contains("/absent.yaml", Assert.Throws<ServiceExitException>(() => Read("--config", "/absent.yaml")).Message, StringComparison.Ordinal);

    [Fact]
    public void Secrets_OfWhatIsRefused_AreNotRepeated()
    {
        var credentials = Write("""{"user": "u", "password": "hunter2" """);

        var refusal = Assert.Throws<ServiceExitException>(() => Read("--nats", "http://u:hunter2@bus", "--credentials", credentials));

        Assert.DoesNotContain("hunter2", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("--nats", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("--credentials", refusal.Message, StringComparison.Ordinal);
    }

    // What is empty is not given, but for settings that can be switched off so.
    [Fact]
    public void EmptyText_SwitchesOffWhatCanBe_AndElseIsNone()
    {
        _environment["TRACEEMESH_RUNTIME_DOCKER"] = "";
        _environment["TRACEEMESH_PARKING_TIME"] = "";

        var values = SettingValues.Read(MeshPrograms.Enricher, [], _environment.GetValueOrDefault);

        Assert.Equal("", values.ToConfiguration()["RUNTIME_DOCKER"]);
        Assert.Null(values.ToConfiguration()["RUNTIME_CRIO"]);
        Assert.Equal(TimeSpan.FromMilliseconds(500), values.Get(MeshSettings.ParkingTime));
    }

    [Theory]
    [InlineData("--nats", "nats://a:1,tls://b:2")]
    [InlineData("--http", "127.0.0.1:3366")]
    [InlineData("--prefix", "mine")]
    [InlineData("--replicas", "3")]
    [InlineData("--http-address", "[::1]:0")]
    [InlineData("--instance=two")]
    public void Flags_ShortLongOrJoined_AreTaken(params string[] arguments) => Read(arguments);

    [Theory]
    [MemberData(nameof(Programs))]
    public void Help_NamesEverySettingOfTheProgram(string program)
    {
        var help = SettingsHelp.Of(program);

        Assert.All(MeshSettings.Of(program), s => Assert.Contains($"{s.Flag} ({s.Variable}", help, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void Defaults_CanBeRead(string program) => SettingValues.Read(program, [], _ => null, "/absent");

    [Fact]
    public void Names_AreUnique()
    {
        Assert.Equal(MeshSettings.All.Count, MeshSettings.All.Select(s => s.Key).Distinct().Count());
        Assert.All(MeshPrograms.All, p => Assert.Distinct(MeshSettings.Of(p).SelectMany(s => new[] { s.Flag, s.ShortFlag }).OfType<string>()));
    }

    [Fact]
    public void Defaults_AreThoseOfTheParts()
    {
        Assert.Equal(KernelOptions.DefaultRingBytes, Read().Get(MeshSettings.RingBytes));
        var parking = SettingValues.Read(MeshPrograms.Enricher, [], _environment.GetValueOrDefault, "/absent");
        Assert.Equal(new EnrichmentOptions(), new EnrichmentOptions { Timeout = parking.Get(MeshSettings.EnrichmentTimeout), MaxWait = parking.Get(MeshSettings.ParkingTime), MaxEvents = parking.Get(MeshSettings.ParkingEvents) });
    }

    private SettingValues Read(params string[] arguments) => SettingValues.Read(MeshPrograms.Collector, arguments, _environment.GetValueOrDefault, "/absent");

    private string Write(string text)
    {
        var path = _directory[Guid.NewGuid().ToString()];
        File.WriteAllText(path, text);
        return path;
    }
}
