using System.Text;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Records;
using TraceeMesh.Enricher;
using TraceeMesh.Enricher.Containers;
using TraceeMesh.Enricher.Containers.Runtimes;
using TraceeMesh.Enricher.Enrichment;
using TraceeMesh.Enricher.Processes;

namespace TraceeMesh.Replay.Importing;

/// <summary>
/// Feeds the stores of a node with what events of Tracee tell: processes from fork, exec and exit, containers from where events
/// happened, names from DNS messages. A process whose start no event told has no entity: it is not made up.
/// </summary>
internal sealed class TraceeStores(NodeStores stores, int load)
{
    private readonly Dictionary<int, long> _starts = [];
    private readonly DnsAnswers _dns = new();

    /// <summary>Applies an event, and gives its context the mesh's entity ids.</summary>
    public void Apply(TraceeEvent e, long position)
    {
        var at = new Moment(new StorePosition(load, position), e.Context.Timestamp);
        LearnStarts(e);
        var container = Container(e, at);
        var head = HeadOf(e);
        Feed(e, head, FactPosition.Of(at.Position), e.Context.ContainerId.Bytes);
        _dns.Feed(e, stores.DnsPackets, at);
        if (e.Name == "container_remove" && container is not null)
        {
            stores.Containers.Removed(new CgroupBody { CgroupId = e.Context.CgroupId }, at);
        }

        ref var c = ref e.Context;
        c.ThreadEntityId = stores.Processes.IdOf(head.HostTid, head.StartTime);
        c.ProcessEntityId = stores.Processes.IdOf(head.HostPid, head.LeaderStartTime);
        c.ParentEntityId = stores.Processes.IdOf(head.HostPpid, head.ParentStartTime);
        if (c.Executable.IsEmpty && stores.Processes.Find(c.ProcessEntityId) is var process and > 0)
        {
            c.Executable = new Utf8Text(stores.Processes.ExecutableOf(process));
        }
    }

    // A process starts with its first thread.
    private void LearnStarts(TraceeEvent e)
    {
        ref var c = ref e.Context;
        if (e.Name == "sched_process_fork")
        {
            Learn(e.Number("parent_process_pid"), e.Number("parent_process_start_time"));
            Learn(e.Number("leader_pid") is > 0 and var leader ? leader : e.Number("child_pid"), e.Number("leader_start_time") is > 0 and var start ? start : e.Number("start_time"));
        }

        if (c.HostThreadId == c.HostProcessId)
        {
            Learn(c.HostProcessId, c.ThreadStartTime);
        }
    }

    private void Learn(long pid, long start)
    {
        if (pid > 0 && start > 0)
        {
            _starts[(int)pid] = start;
        }
    }

    private RecordHead HeadOf(TraceeEvent e)
    {
        ref var c = ref e.Context;
        var head = new RecordHead
        {
            Event = (ushort)Math.Max(c.EventId, 0),
            Time = (ulong)c.Timestamp,
            StartTime = (ulong)c.ThreadStartTime,
            LeaderStartTime = (ulong)_starts.GetValueOrDefault(c.HostProcessId),
            ParentStartTime = (ulong)_starts.GetValueOrDefault(c.HostParentProcessId),
            CgroupId = c.CgroupId,
            ReturnValue = c.ReturnValue,
            HostTid = (uint)c.HostThreadId,
            HostPid = (uint)c.HostProcessId,
            HostPpid = (uint)c.HostParentProcessId,
            NsTid = (uint)c.ThreadId,
            NsPid = (uint)c.ProcessId,
            NsPpid = (uint)c.ParentProcessId,
            Uid = (uint)c.UserId,
            MountNamespace = (uint)c.MountNamespace,
            PidNamespace = (uint)c.PidNamespace,
            Syscall = c.Syscall,
        };
        var name = c.ProcessName.Bytes;
        name[..Math.Min(name.Length, RecordLimits.CommSize - 1)].CopyTo(head.Comm);
        return head;
    }

    private void Feed(TraceeEvent e, in RecordHead head, FactPosition position, ReadOnlySpan<byte> container)
    {
        switch (e.Name)
        {
            case "sched_process_fork":
                var fork = Fork(e);
                if (fork.Leader.StartTime != 0 && fork.ParentProcess.StartTime != 0)
                {
                    stores.Processes.Forked(head, fork, position, container);
                }

                break;
            case "sched_process_exec" when head.LeaderStartTime != 0:
                var arguments = string.Concat(e.Texts("argv").Select(a => a + "\0"));
                stores.Processes.Executed(
                    head,
                    head.HostTid,
                    new ProgramFacts
                    {
                        Path = Encoding.UTF8.GetBytes(e.Text("pathname")),
                        File = new FileFacts((ulong)e.Number("inode"), (ulong)e.Number("ctime"), (uint)e.Number("dev"), (ushort)e.Number("inode_mode")),
                        Interpreter = Encoding.UTF8.GetBytes(e.Text("interpreter_pathname")),
                        InterpreterFile = new FileFacts((ulong)e.Number("interpreter_inode"), (ulong)e.Number("interpreter_ctime"), (uint)e.Number("interpreter_dev"), 0),
                        Interp = Encoding.UTF8.GetBytes(e.Text("interp")),
                        Arguments = Encoding.UTF8.GetBytes(arguments),
                    },
                    position,
                    container);
                break;
            case "sched_process_exit" when head.LeaderStartTime != 0:
                stores.Processes.Exited(
                    head,
                    new ExitBody { ExitCode = (int)e.Number("exit_code"), SignalCode = (int)e.Number("signal_code"), ProcessGroupExit = (byte)e.Number("process_group_exit") },
                    position,
                    container);
                break;
        }
    }

    private ForkBody Fork(TraceeEvent e)
    {
        var child = Task("child", "start_time");
        var parent = Task("parent", "parent_start_time");
        var process = Task("parent_process", "parent_process_start_time");
        var leader = Task("leader", "leader_start_time");
        return new ForkBody
        {
            Child = child,
            Parent = parent,
            ParentProcess = process.StartTime != 0 ? process : parent with { StartTime = (ulong)_starts.GetValueOrDefault((int)parent.Pid) },
            Leader = leader.StartTime != 0 ? leader : child,
        };

        TaskIds Task(string of, string start) => new()
        {
            Tid = (uint)e.Number($"{of}_tid"),
            NsTid = (uint)e.Number($"{of}_ns_tid"),
            Pid = (uint)e.Number($"{of}_pid"),
            NsPid = (uint)e.Number($"{of}_ns_pid"),
            StartTime = (ulong)e.Number(start),
        };
    }

    // A container is known from the first event in it on; its cgroup's id is what Tracee printed, or its own where it printed none.
    private Container? Container(TraceeEvent e, Moment at)
    {
        ref var c = ref e.Context;
        if (c.ContainerId.IsEmpty)
        {
            return null;
        }

        var lives = stores.Containers.FindAll(c.ContainerId.Bytes);
        var container = lives.Length > 0 && !lives[^1].Ended ? lives[^1] : null;
        if (container is null)
        {
            var key = c.CgroupId != 0 ? c.CgroupId : Contracts.Hash.Of(c.ContainerId.Bytes);
            container = stores.Containers.Made(new CgroupBody { CgroupId = key, Ctime = (ulong)e.Number("ctime") }, Encoding.UTF8.GetBytes($"/docker/{c.ContainerId}"), at);
            stores.Containers.ClearFresh();
        }

        if (container is not null && container.Facts.Image.IsEmpty && (!c.ContainerImage.IsEmpty || !c.ContainerName.IsEmpty))
        {
            stores.Containers.Learn(container, EnrichmentState.Complete, new ContainerFacts(new ContainerDetails
            {
                Name = c.ContainerName.ToString(),
                Image = c.ContainerImage.ToString(),
                ImageDigest = c.ContainerImageDigest.ToString(),
                PodName = c.PodName.ToString(),
                PodNamespace = c.PodNamespace.ToString(),
                PodUid = c.PodUid.ToString(),
                PodSandbox = (c.Flags & ContextFlags.PodSandbox) != 0,
            }));
        }

        return container;
    }
}
