using System.ComponentModel;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
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

    private KernelPrograms(nint bpfObject, Dictionary<string, string> refused, int cpus)
    {
        _object = bpfObject;
        _programs = [.. KernelProgramTable.All.Select(entry => Find(entry, refused))];
        var ring = Map("ring");
        Ring = new Ring(LibBpf.MapDescriptor(ring), LibBpf.MapMaxEntries(ring));
        Accounts = new CpuAccounts(LibBpf.MapDescriptor(Map("accounts")), LibBpf.MapDescriptor(Map("event_drops")), cpus);
        Switches = new EventSwitches(
            LibBpf.MapDescriptor(Map("control")),
            LibBpf.MapDescriptor(Map("own_processes")),
            new KernelFilters(LibBpf.MapDescriptor(Map("filters")), LibBpf.MapDescriptor(Map("filter_paths"))),
            ProgramsOf(ProgramUse.OnDemand),
            new CallPlaces(LibBpf.MapDescriptor(Map("beginning_calls")), ProgramsOf(ProgramUse.BeginGate)[0], ProgramsOf(ProgramUse.Beginning)),
            new CallPlaces(LibBpf.MapDescriptor(Map("returning_calls")), ProgramsOf(ProgramUse.ReturnGate)[0], ProgramsOf(ProgramUse.Returning)));
        CallTable.Fill(LibBpf.MapDescriptor(Map("calls")));
        Snapshot = new TaskSnapshot(Program(refused.ContainsKey(SleepableSnapshot) ? PlainSnapshot : SleepableSnapshot));
        Report = AttachAll(refused);
    }

    /// <summary>Where the records arrive.</summary>
    public Ring Ring { get; }

    /// <summary>What is produced.</summary>
    public EventSwitches Switches { get; }

    /// <summary>What was produced and dropped.</summary>
    public CpuAccounts Accounts { get; }

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

        Ring.Dispose();
        Accounts.Dispose();
        Switches.Dispose();
        LibBpf.ObjectClose(_object);
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
            var result = LibBpf.ObjectLoad(bpfObject);
            if (result == 0)
            {
                return new KernelPrograms(bpfObject, refused, cpus);
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

    private static nint Open()
    {
        using var stream = typeof(KernelPrograms).Assembly.GetManifestResourceStream("traceemesh.bpf.o")
            ?? throw new InvalidOperationException("The assembly was built without its kernel programs.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
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
        var program = new KernelProgram(entry, isRefused ? 0 : LibBpf.FindProgram(_object, entry.Name));
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

        _ = program.Attach();
        if (program.Use != ProgramUse.Always)
        {
            program.Detach();
        }

        return program.Failure;
    }
}
