using System.ComponentModel;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using TraceeMesh.Collector.Framing;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Records;

namespace TraceeMesh.Collector.Kernel;

/// <summary>
/// The loaded kernel side: its programs attached where they could be, its ring, switches and books. A program this
/// kernel refuses is left out and reported; the others go on without it. Disposing detaches and unloads everything.
/// </summary>
public sealed unsafe class KernelPrograms : IDisposable
{
    private const string SleepableSnapshot = "snapshot_tasks_sleepable";
    private const string PlainSnapshot = "snapshot_tasks";

    private readonly nint _object;
    private readonly IReadOnlyList<KernelProgram> _programs;
    private PinDirectory? _pins;

    private KernelPrograms(nint bpfObject, KernelOptions options, Dictionary<string, string> refused, int cpus)
    {
        _object = bpfObject;
        _pins = options.Pins;
        _programs = [.. KernelProgramTable.All.Select(entry => Find(entry, refused))];
        var ring = Map("ring");
        Memory = new LoadMemory(
            new Ring(LibBpf.MapDescriptor(ring), LibBpf.MapMaxEntries(ring)),
            new CpuAccounts(LibBpf.MapDescriptor(Map("accounts")), LibBpf.MapDescriptor(Map("event_drops")), cpus),
            new Journal(LibBpf.MapDescriptor(Map("journal")), cpus));
        Switches = new EventSwitches(
            LibBpf.MapDescriptor(Map("control")),
            LibBpf.MapDescriptor(Map("own_processes")),
            new KernelFilters(LibBpf.MapDescriptor(Map("filters")), LibBpf.MapDescriptor(Map("filter_paths"))),
            new Shedding(LibBpf.MapMaxEntries(ring), options.ShedAbove),
            ProgramsOf(ProgramUse.OnDemand),
            new CallPlaces(LibBpf.MapDescriptor(Map("beginning_calls")), ProgramsOf(ProgramUse.BeginGate)[0], ProgramsOf(ProgramUse.Beginning)),
            new CallPlaces(LibBpf.MapDescriptor(Map("returning_calls")), ProgramsOf(ProgramUse.ReturnGate)[0], ProgramsOf(ProgramUse.Returning)));
        CallTable.Fill(LibBpf.MapDescriptor(Map("calls")));
        Snapshot = new TaskSnapshot(Program(refused.ContainsKey(SleepableSnapshot) ? PlainSnapshot : SleepableSnapshot));
        if (options.Adopt)
        {
            Switches.Adopt();
        }
        else
        {
            PinMaps();
        }

        Report = AttachAll(refused);
        if (!options.Adopt)
        {
            Memory.Journal.Begin(options.LoadId, BuildOf(options), options.Owner.Span);
        }
    }

    /// <summary>What frames are made from.</summary>
    public LoadMemory Memory { get; }

    /// <summary>Where the records arrive.</summary>
    public Ring Ring => Memory.Ring;

    /// <summary>What is produced.</summary>
    public EventSwitches Switches { get; }

    /// <summary>What was produced and dropped.</summary>
    public CpuAccounts Accounts => Memory.Accounts;

    /// <summary>Tells which processes exist already.</summary>
    public TaskSnapshot Snapshot { get; }

    /// <summary>What works here.</summary>
    public ProbeReport Report { get; }

    /// <summary>The programs, loaded ones and refused ones.</summary>
    internal IReadOnlyList<KernelProgram> Programs => _programs;

    /// <summary>Loads and attaches the programs, all events off.</summary>
    /// <exception cref="KernelUnavailableException">Nothing can work here; the message says why.</exception>
    public static KernelPrograms Load(KernelOptions options)
    {
        Capabilities.Read().Demand();
        try
        {
            return LoadWhatWorks(options);
        }
        catch (DllNotFoundException)
        {
            throw new KernelUnavailableException(
                KernelUnavailableReason.NoLibBpf,
                "libbpf.so.1 is not installed (Debian: apt-get install libbpf1).");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var program in _programs)
        {
            program.Dispose();
        }

        Memory.Dispose();
        Switches.Dispose();
        LibBpf.ObjectClose(_object);
        _pins?.Dispose();
    }

    /// <summary>Whether a collector that follows can go on where this one ends.</summary>
    public bool IsPinned => _pins is not null;

    /// <summary>Unpins the load, which ends with this collector then.</summary>
    public void Unpin()
    {
        _pins?.Remove();
        _pins?.Dispose();
        _pins = null;
    }

    /// <summary>Unpins the load where something of it could not be pinned: half of it would be gone on with in silence.</summary>
    /// <returns>What could not; null when all is well.</returns>
    public string? UnpinWhereIncomplete()
    {
        var failure = _pins?.Failure;
        if (failure is not null)
        {
            Unpin();
        }

        return failure;
    }

    /// <summary>What must be equal for a collector to go on with a load: the programs, and how they are set up.</summary>
    public static byte[] BuildOf(KernelOptions options)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(ObjectBytes());
        hash.AppendData(BitConverter.GetBytes(options.RingBytes));
        hash.AppendData(BitConverter.GetBytes((uint)FallbackHierarchies.Read()));
        return hash.GetHashAndReset();
    }

    private static KernelPrograms LoadWhatWorks(KernelOptions options)
    {
        var cpus = LibBpf.PossibleCpus();
        if (cpus > RecordLimits.MaxCpus)
        {
            throw new KernelUnavailableException(
                KernelUnavailableReason.TooManyCpus,
                $"This machine may have {cpus} CPUs; records can name {RecordLimits.MaxCpus}.");
        }

        // libbpf loads all programs or none, so each one it stops at is left out of the next try.
        Dictionary<string, string> refused = [];
        while (true)
        {
            LibBpfLog.Clear();
            var bpfObject = Open();
            Configure(bpfObject, options, cpus, refused);
            Reuse(bpfObject, options);
            var result = LibBpf.ObjectLoad(bpfObject);
            if (result == 0)
            {
                return new KernelPrograms(bpfObject, options, refused, cpus);
            }

            LibBpf.ObjectClose(bpfObject);
            var error = new Win32Exception(-result).Message;
            var failure = LoadFailure.Parse(LibBpfLog.Take());
            if (failure.Program is null || !refused.TryAdd(failure.Program, $"refused by the kernel ({error}): {failure.Reason}"))
            {
                throw new KernelUnavailableException(
                    KernelUnavailableReason.LoadFailed,
                    $"The kernel did not take the programs ({error}): {failure.Reason}");
            }
        }
    }

    private static byte[] ObjectBytes()
    {
        using var stream = typeof(KernelPrograms).Assembly.GetManifestResourceStream("traceemesh.bpf.o")
            ?? throw new InvalidOperationException("The assembly was built without its kernel programs.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    // The maps that are there already; those of a section of the object hold nothing that lasts.
    private static void Reuse(nint bpfObject, KernelOptions options)
    {
        if (!options.Adopt || options.Pins is not { } pins)
        {
            return;
        }

        foreach (var (name, map) in Maps(bpfObject))
        {
            var descriptor = pins.OpenMap(name) ?? throw new KernelUnavailableException(KernelUnavailableReason.LoadFailed, $"{pins.Path} has no map {name}.");
            var result = LibBpf.MapReuse(map, descriptor);
            _ = LibC.Close(descriptor);
            Demand(result, $"go on with map {name}");
        }
    }

    private static List<(string Name, nint Map)> Maps(nint bpfObject)
    {
        var maps = new List<(string, nint)>();
        for (var map = LibBpf.NextMap(bpfObject, 0); map != 0; map = LibBpf.NextMap(bpfObject, map))
        {
            if (LibBpf.MapIsInternal(map) == 0)
            {
                maps.Add((Marshal.PtrToStringUTF8((nint)LibBpf.MapName(map))!, map));
            }
        }

        return maps;
    }

    private void PinMaps()
    {
        if (_pins is null)
        {
            return;
        }

        foreach (var (name, map) in Maps(_object))
        {
            _pins.PinMap(name, LibBpf.MapDescriptor(map));
        }
    }

    private static nint Open()
    {
        var bytes = ObjectBytes();
        nint bpfObject;
        fixed (byte* start = bytes)
        fixed (byte* name = "traceemesh"u8)
        {
            var options = LibBpf.OpenOptions.Named((nint)name);
            bpfObject = LibBpf.ObjectOpen(start, (nuint)bytes.Length, &options);
        }

        return bpfObject != 0
            ? bpfObject
            : throw new KernelUnavailableException(
                KernelUnavailableReason.LoadFailed,
                $"libbpf could not read the programs: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}. {string.Join(' ', LibBpfLog.Take())}");
    }

    private static void Configure(nint bpfObject, KernelOptions options, int cpus, Dictionary<string, string> refused)
    {
        Demand(LibBpf.MapSetMaxEntries(Map(bpfObject, "ring"), options.RingBytes), "size the ring");
        Demand(LibBpf.MapSetMaxEntries(Map(bpfObject, "scratches"), (uint)(cpus * RecordLimits.ScratchPerCpu)), "size the scratch records");
        var choices = new LoadOptions { FallbackHierarchy = FallbackHierarchies.Read() };
        Demand(
            LibBpf.MapSetInitialValue(Map(bpfObject, ".rodata.options"), &choices, (nuint)Unsafe.SizeOf<LoadOptions>()),
            "set the load options");
        foreach (var entry in KernelProgramTable.All)
        {
            // Of the two snapshots only one is of use.
            var wanted = !refused.ContainsKey(entry.Name) && (entry.Name != PlainSnapshot || refused.ContainsKey(SleepableSnapshot));
            Demand(LibBpf.ProgramSetAutoload(LibBpf.FindProgram(bpfObject, entry.Name), wanted ? (byte)1 : (byte)0), entry.Name);
        }
    }

    private static void Demand(int result, string what)
    {
        if (result != 0)
        {
            throw new KernelUnavailableException(
                KernelUnavailableReason.LoadFailed,
                string.Create(CultureInfo.InvariantCulture, $"libbpf could not {what}: {new Win32Exception(-result).Message}."));
        }
    }

    private static nint Map(nint bpfObject, string name) => LibBpf.FindMap(bpfObject, name) is var map && map != 0
        ? map
        : throw new InvalidOperationException($"The kernel object has no map {name}.");

    private nint Map(string name) => Map(_object, name);

    private KernelProgram Program(string name) => _programs.First(p => p.Name == name);

    private KernelProgram[] ProgramsOf(ProgramUse use) => [.. _programs.Where(p => p.Use == use)];

    private KernelProgram Find(KernelProgramTable.Entry entry, Dictionary<string, string> refused)
    {
        var isRefused = refused.TryGetValue(entry.Name, out var reason);
        var program = new KernelProgram(entry, isRefused ? 0 : LibBpf.FindProgram(_object, entry.Name), _pins);
        if (isRefused)
        {
            program.Fail(reason!);
        }

        return program;
    }

    private ProbeReport AttachAll(Dictionary<string, string> refused)
    {
        List<ProgramState> programs = [];
        List<EventAvailability> events = [];
        var unused = refused.ContainsKey(SleepableSnapshot) ? SleepableSnapshot : PlainSnapshot;
        foreach (var program in _programs.Where(p => p.Name != unused))
        {
            var failure = Try(program);
            programs.Add(new ProgramState(program.Name, failure));
            events.AddRange(program.Events.Select(id => new EventAvailability(id, failure)));
        }

        return new ProbeReport(programs, events);
    }

    // A program that loads may still not attach, so each is tried; those that run on demand are let go again.
    private string? Try(KernelProgram program)
    {
        if (program.Use is ProgramUse.Returning or ProgramUse.Beginning)
        {
            var gate = ProgramsOf(program.Use == ProgramUse.Returning ? ProgramUse.ReturnGate : ProgramUse.BeginGate)[0];
            return program.Failure ?? gate.Failure;
        }

        // What runs on since the collector before this one is not interrupted.
        if (program.Adopt())
        {
            return null;
        }

        _ = program.Attach();
        if (program.Use != ProgramUse.Always)
        {
            program.Detach();
        }

        return program.Failure;
    }
}
