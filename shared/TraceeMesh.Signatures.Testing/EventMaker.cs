using System.Text;
using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Frames;

namespace TraceeMesh.Signatures.Testing;

/// <summary>Makes events by hand, with the arguments named and everything else plausible.</summary>
public static class EventMaker
{
    /// <summary>The frame hand-made events say they came in.</summary>
    public static EventFrameHeader Frame { get; } = new()
    {
        Node = "node-a",
        BootId = "3f1c",
        HostName = "node-a",
        LoadId = 0xa81d02c4,
        Partition = 3,
        FirstOffset = 0,
        Count = 1,
        Settled = 0,
        Watermark = 2_000_000,
    };

    /// <summary>An event on the host; arguments not named are absent. Values are string, string[], byte[], <see cref="DataValue"/> for a structure, bool or an integer.</summary>
    public static Event Make(string name, params (string Name, object Value)[] arguments)
    {
        var definition = EventCatalog.Find(name) ?? throw new ArgumentException($"no event {name}");
        var e = new Event();
        e.Reset(definition, Frame);
        e.Context = new EventContext
        {
            EventId = definition.Id,
            Cpu = 1,
            Sequence = 77,
            Position = 1_048_577,
            Timestamp = 1_763_683_200_123_456_789,
            ThreadStartTime = 1_763_683_200_120_000_000,
            ProcessId = 4711,
            ThreadId = 4711,
            ParentProcessId = 4700,
            HostProcessId = 4711,
            HostThreadId = 4711,
            HostParentProcessId = 4700,
            CgroupId = 8795,
            MountNamespace = 4026531841,
            PidNamespace = 4026531836,
            Syscall = 101,
            ThreadEntityId = 5218840213377281,
            ProcessEntityId = 5218840213377281,
            ParentEntityId = 2048803711230975,
            ProcessName = Utf8Text.From("python3"),
            Executable = Utf8Text.From("/usr/bin/python3.11"),
            HostName = Utf8Text.From("node-a"),
        };
        foreach (var (argument, value) in arguments)
        {
            var index = definition.IndexOf(argument);
            Set(e, index >= 0 ? index : throw new ArgumentException($"{name} has no argument {argument}; it has {string.Join(", ", definition.Arguments.Select(a => a.Name))}"), value);
        }

        return e;
    }

    /// <summary>The same event in a container, before or after its entry point started.</summary>
    public static Event InContainer(this Event e, string id, bool started = true)
    {
        e.Context.ContainerId = Utf8Text.From(id);
        e.Context.Flags = started ? ContextFlags.ContainerStarted : ContextFlags.None;
        return e;
    }

    private static void Set(Event e, int index, object value)
    {
        switch (value)
        {
            case string text:
                e.SetBytes(index, Encoding.UTF8.GetBytes(text));
                break;
            case byte[] bytes:
                e.SetBytes(index, bytes);
                break;
            case DataValue structure:
                e.SetStructure(index, structure);
                break;
            case string[] texts:
                e.StartList(index);
                foreach (var text in texts)
                {
                    e.AddText(index, Encoding.UTF8.GetBytes(text));
                }

                break;
            case bool flag:
                e.SetNumber(index, flag ? 1 : 0);
                break;
            default:
                e.SetNumber(index, Convert.ToInt64(value));
                break;
        }
    }
}
