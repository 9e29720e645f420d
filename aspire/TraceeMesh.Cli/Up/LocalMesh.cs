using TraceeMesh.Bus;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Cli.Findings;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Up;

/// <summary>
/// One mesh on this machine, from nothing to nothing:
/// <list type="number">
/// <item>the state directory, locked;</item>
/// <item>the machine, checked;</item>
/// <item>an address for every listener;</item>
/// <item>configuration and credentials;</item>
/// <item>the bus, up and ours;</item>
/// <item>the services, in the order of the topology;</item>
/// <item>ready, said in one line;</item>
/// <item>findings, until asked to stop;</item>
/// <item>everything stopped, in reverse order.</item>
/// </list>
/// </summary>
public sealed class LocalMesh(UpOptions options, Topology topology, Checkout checkout, TextWriter output, TextWriter messages, TimeProvider time)
{
    private const string BusName = "nats-server";
    private const int TailLines = 5;

    private static readonly TimeSpan BusPatience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ReadyPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    private readonly Subjects _subjects = MeshSubjects.InForce;
    private readonly List<Supervisor> _supervisors = [];
    private readonly Dictionary<string, ProcessLog> _logs = [];
    private readonly UnprivilegedUser _user = UnprivilegedUser.Choose();

    public async Task<int> Run(StopSignal stop)
    {
        // 1. The state directory, locked.
        StatePreparation.Create(options.State, _user == UnprivilegedUser.Dedicated ? null : _user);
        using var stateLock = StateLock.Take(options.State);

        // 2. The machine, checked.
        StartConditions.Require(loadsPrograms: options.Replay is null);
        using var pins = options.Replay is null ? PinClaim.Take(PinnedPrograms.Root, Subjects.Safe(options.Node)) : null;
        RemoveOrphanedPins(pins);

        // 3. An address for every listener.
        var ports = new PortPicker();
        var capture = ReadableCapture();
        var layout = new MeshLayout(options with { Replay = capture }, topology, ports);

        // 4. Configuration and credentials.
        var permissions = Permissions.For(_subjects);
        StatePreparation.Write(
            options.State,
            users => new NatsConfiguration($"traceemesh-{Subjects.Safe(options.Node)}-{Environment.ProcessId}", layout.Nats, users, permissions),
            permissions,
            OwnerOfCredentials,
            _user);

        using var spawner = new ProcessSpawner();
        try
        {
            // 5. The bus, up and ours.
            await StartBus(spawner, layout, stop.Asked);

            await using var connection = await Connect(layout, stop.Asked);
            using var findings = connection.Subscribe(_subjects.AllFindings);
            var exclusion = new SelfExclusion(connection, _subjects.Control(options.Node), Pids, messages, time);

            // 6. The services, in the order of the topology.
            await StartServices(spawner, layout, exclusion, capture);
            var excluding = exclusion.Run(stop.Asked);

            // 7. Ready, said in one line.
            await WaitUntilReady(layout, stop.Asked);
            layout.File.Write(options.State);
            await output.WriteLineAsync(ReadyLine(layout, ports));
            await output.FlushAsync(CancellationToken.None);

            // 8. Findings, until asked to stop.
            var printing = LiveFindings.Print(findings, output, messages, time, stop.Asked);
            var watching = WatchDisk().Run(time, stop.Asked);
            await WatchServices(stop.Asked);
            await Task.WhenAll(excluding, printing, watching);
            return ExitCode.Ok;
        }
        catch (OperationCanceledException) when (stop.Asked.IsCancellationRequested)
        {
            return ExitCode.Ok;
        }
        finally
        {
            // 9. Everything stopped, in reverse order.
            File.Delete(options.State.MeshFile);
            await StopAll(stop.Insisted);
            RemoveOrphanedPins(pins);
        }
    }

    private static string ReadyLine(MeshLayout layout, PortPicker ports)
    {
        var replaced = ports.Taken.Count == 0 ? "" : $" (taken by others: {string.Join(", ", ports.Taken)})";
        return $"mesh ready: {layout.NatsUrl} grpc {layout.Grpc} console http://{layout.Console}{replaced}";
    }

    private async Task StartBus(ProcessSpawner spawner, MeshLayout layout, CancellationToken cancellation)
    {
        var serverName = $"traceemesh-{Subjects.Safe(options.Node)}-{Environment.ProcessId}";
        var launch = Launch.As(Identity([]), options.State.Path, InstalledProgram.Locate(BusName), "-c", Path.GetFileName(options.State.NatsConfiguration));
        var bus = Supervise(BusName, spawner, launch, () => { });
        await bus.Start();

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(BusPatience);
        try
        {
            while (await NatsProbe.ServerName(layout.Nats, patience.Token) != serverName)
            {
                await Task.Delay(PollInterval, time, patience.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new CommandException(ExitCode.BusUnreachable, $"nats-server does not answer at {layout.Nats}:{Tail(BusName)}");
        }
    }

    private Task<BusConnection> Connect(MeshLayout layout, CancellationToken cancellation) =>
        MeshConnection.Open(new MeshAddress(layout.NatsUrl, options.State.CredentialsOf(Permissions.CommandLine), options.Node), cancellation);

    /// <summary>The runner forks, so it is one of them.</summary>
    private IReadOnlyList<int> Pids() => [Environment.ProcessId, .. _supervisors.Select(s => s.Pid).OfType<int>()];

    private async Task StartServices(ProcessSpawner spawner, MeshLayout layout, SelfExclusion exclusion, string? capture)
    {
        var identities = new Dictionary<ServiceUser, LaunchIdentity>
        {
            [ServiceUser.Root] = LaunchIdentity.Unchanged,
            [ServiceUser.Service] = Identity([]),
            [ServiceUser.Runtimes] = Identity(RuntimeSockets.Groups(RuntimeSockets.Find(Environment.GetEnvironmentVariable))),
        };
        var programs = new Programs(Programs.CurrentDotnet, checkout.Root, Programs.CopyRoot, identities[ServiceUser.Service].CanRead);
        foreach (var (service, replica) in layout.Instances)
        {
            var identity = identities[service.User];
            var (directory, name) = (checkout.OutputOf(service.Project), Path.GetFileNameWithoutExtension(service.Project) + ".dll");
            var isRoot = service.User == ServiceUser.Root;
            var assembly = isRoot ? Path.Combine(directory, name) : programs.Assembly(directory, name);
            var launch = Launch.As(identity, options.State.Path, [isRoot ? Programs.CurrentDotnet : programs.Dotnet, assembly, .. layout.Arguments(service, replica, path => ReadablePath(identity, path))]) with
            {
                Environment = Variables(service, assembly, capture is null ? null : ReadablePath(identity, capture)),
            };
            await Supervise(MeshLayout.InstanceName(service, replica), spawner, launch, exclusion.Changed).Start();
        }
    }

    /// <summary>Who starts the mesh without being root is whom everything runs as.</summary>
    private LaunchIdentity Identity(IReadOnlyCollection<uint> groups) => Environment.IsPrivilegedProcess ? LaunchIdentity.For(_user, groups) : LaunchIdentity.Unchanged;

    // The services are not who started them, and what they are to read may be for that person alone.
    private string? ReadableCapture()
    {
        if (options.Replay is not { } capture || Identity([]).CanRead(capture))
        {
            return options.Replay;
        }

        var copy = Path.Combine(options.State.Path, "replay.capture");
        File.Copy(capture, copy, overwrite: true);
        File.SetUnixFileMode(copy, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        return copy;
    }

    private static Dictionary<string, string> Variables(ServiceDefinition service, string assembly, string? capture)
    {
        // The content of a service lies beside it, not in the state directory it starts in.
        var variables = new Dictionary<string, string> { ["DOTNET_CONTENTROOT"] = Path.GetDirectoryName(assembly)! };
        if (capture is not null && service.Name == "enricher")
        {
            // It asks the runtimes of the capture, not those of this machine.
            variables["TRACEEMESH_CAPTURE"] = capture;
        }

        return variables;
    }

    /// <summary>The state directory may lie below a directory closed to the services; they start in it, and from there the way is open.</summary>
    private string ReadablePath(LaunchIdentity identity, string path) =>
        identity.CanRead(path) ? path : Path.Combine("/proc/self/cwd", Path.GetRelativePath(options.State.Path, path));

    private Supervisor Supervise(string instance, ProcessSpawner spawner, Launch launch, Action started)
    {
        var log = new ProcessLog(options.State.LogOf(instance), instance, messages, options.Verbose ? _ => true : LogLines.IsError);
        _logs.Add(instance, log);
        var supervisor = new Supervisor(instance, () => SupervisedProcess.Start(spawner, launch, log), messages, time) { Started = started };
        _supervisors.Add(supervisor);
        return supervisor;
    }

    private async Task WaitUntilReady(MeshLayout layout, CancellationToken cancellation)
    {
        using var readiness = new Readiness(layout.Console, time);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(ReadyPatience);
        try
        {
            var ready = readiness.Wait(patience.Token);
            if (await Task.WhenAny(ready, FirstToGiveUp()) != ready)
            {
                await patience.CancelAsync();
                FailIfOneGaveUp();
            }

            await ready;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new CommandException(ExitCode.Failure, $"the mesh is not ready after {ReadyPatience.TotalSeconds:0} s: {readiness.LastAnswer}; the logs are in {options.State.Logs}");
        }
    }

    private async Task WatchServices(CancellationToken cancellation)
    {
        await FirstToGiveUp().WaitAsync(cancellation);
        FailIfOneGaveUp();
    }

    private DiskWatch WatchDisk() => new(
        options.State.JetStream,
        () => new DriveInfo(options.State.JetStream).AvailableFreeSpace,
        () => _logs[BusName].Tail(TailLines).Any(line => line.Contains("no space left", StringComparison.Ordinal)),
        _supervisors.Single(s => s.Instance == BusName).Renew,
        messages);

    private Task<Task<int>> FirstToGiveUp() => Task.WhenAny(_supervisors.Select(s => s.GaveUp));

    private void FailIfOneGaveUp()
    {
        if (_supervisors.Find(s => s.GaveUp.IsCompleted) is { } supervisor)
        {
            throw new CommandException(supervisor.GaveUp.Result, $"{supervisor.Instance} cannot run here ({Supervisor.Describe(supervisor.GaveUp.Result)}):{Tail(supervisor.Instance)}");
        }
    }

    private async Task StopAll(CancellationToken insisted)
    {
        foreach (var supervisor in _supervisors)
        {
            supervisor.Announce();
        }

        using var registration = insisted.Register(() => _supervisors.ForEach(s => s.Kill()));
        foreach (var supervisor in _supervisors.AsEnumerable().Reverse())
        {
            await supervisor.Stop(StopPatience);
            supervisor.Dispose();
        }

        foreach (var log in _logs.Values)
        {
            log.Dispose();
        }
    }

    private void RemoveOrphanedPins(PinClaim? pins)
    {
        foreach (var load in pins?.RemoveOrphans() ?? [])
        {
            messages.WriteLine($"removed the programs a collector left pinned in {load}");
        }
    }

    private UnprivilegedUser? OwnerOfCredentials(string user) =>
        user is Permissions.CommandLine or Permissions.Source ? (_user == UnprivilegedUser.Dedicated ? null : _user)
        : topology[user].User == ServiceUser.Root ? null
        : _user;

    private string Tail(string instance) => string.Concat(_logs[instance].Tail(TailLines).Select(line => "\n  " + line));
}
