using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Records;
using TraceeMesh.Enricher.Containers;
using TraceeMesh.Enricher.Processes;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Enricher.Decoding;

/// <content>Records of processes.</content>
public sealed partial class FrameDecoder
{
    private RecordStatus Fork(ref RecordReader reader)
    {
        var status = TryRead(ref reader, out ForkBody body, out var hostName);
        if (status != RecordStatus.Ok)
        {
            return status;
        }

        stores.Processes.Forked(reader.Head, body, FactPosition.Of(_at.Position), ContainerOf(reader.Head));
        if (!IsWanted(reader.Head))
        {
            return status;
        }

        var writer = BeginEvent(reader, hostName);
        Write(writer, body.Parent);
        Write(writer, body.Child);
        Write(writer, body.ParentProcess);
        Write(writer, body.Leader);
        return status;
    }

    private RecordStatus Exec(ref RecordReader reader)
    {
        ReadOnlySpan<byte> cmdpath = default, pathname = default, interpreter = default, interp = default;
        ReadOnlySpan<byte> stdinPath = default, pwd = default, argv = default, env = default;
        var status = TryRead(ref reader, out ExecBody body, out var hostName);
        if (status != RecordStatus.Ok
            || (status = reader.TryReadPart(out cmdpath)) != RecordStatus.Ok
            || (status = reader.TryReadPart(out pathname)) != RecordStatus.Ok
            || (status = reader.TryReadPart(out interpreter)) != RecordStatus.Ok
            || (status = reader.TryReadPart(out interp)) != RecordStatus.Ok
            || (status = reader.TryReadPart(out stdinPath)) != RecordStatus.Ok
            || (status = reader.TryReadPart(out pwd)) != RecordStatus.Ok
            || (status = reader.TryReadPart(out argv)) != RecordStatus.Ok
            || (status = reader.TryReadPart(out env)) != RecordStatus.Ok)
        {
            return status;
        }

        var program = new ProgramFacts
        {
            Path = pathname,
            File = new FileFacts(body.Inode, body.Ctime, body.Dev, body.InodeMode),
            Interpreter = interpreter,
            InterpreterFile = new FileFacts(body.InterpreterInode, body.InterpreterCtime, body.InterpreterDev, 0),
            Interp = interp,
            Arguments = argv,
        };
        stores.Processes.Executed(reader.Head, body.OldTid, program, FactPosition.Of(_at.Position), ContainerOf(reader.Head));
        StartContainer(reader.Head);
        if (!IsWanted(reader.Head))
        {
            return status;
        }

        var writer = BeginEvent(reader, hostName);
        writer.Text(cmdpath);
        writer.Text(pathname);
        writer.Number(body.Dev);
        writer.Unsigned(body.Inode);
        writer.Unsigned(body.Ctime);
        writer.Number(body.InodeMode);
        writer.Text(interpreter);
        writer.Number(body.InterpreterDev);
        writer.Unsigned(body.InterpreterInode);
        writer.Unsigned(body.InterpreterCtime);
        writer.TextList(argv);
        writer.Text(interp);
        writer.Number(body.StdinType);
        writer.Text(stdinPath);
        writer.Bool(body.InvokedFromKernel != 0);
        writer.Text(RecordReader.Text(in body.PreviousComm));
        if (body.HasEnv != 0)
        {
            writer.TextList(env);
        }
        else
        {
            writer.Absent();
        }

        writer.Text(pwd);
        return status;
    }

    private RecordStatus Exit(ref RecordReader reader)
    {
        var status = TryRead(ref reader, out ExitBody body, out var hostName);
        if (status != RecordStatus.Ok)
        {
            return status;
        }

        stores.Processes.Exited(reader.Head, body, FactPosition.Of(_at.Position), ContainerOf(reader.Head));
        if (!IsWanted(reader.Head))
        {
            return status;
        }

        var writer = BeginEvent(reader, hostName);
        writer.Number(body.ExitCode);
        writer.Number(body.SignalCode);
        writer.Bool(body.ProcessGroupExit != 0);
        return status;
    }

    private RecordStatus SnapshotProcess(ref RecordReader reader)
    {
        ReadOnlySpan<byte> pathname = default, argv = default;
        var status = TryRead(ref reader, out SnapshotProcessBody body, out _);
        if (status != RecordStatus.Ok
            || (status = reader.TryReadPart(out pathname)) != RecordStatus.Ok
            || (status = reader.TryReadPart(out argv)) != RecordStatus.Ok)
        {
            return status;
        }

        var program = new ProgramFacts
        {
            Path = pathname,
            File = new FileFacts(body.Inode, body.Ctime, body.Dev, body.InodeMode),
            Arguments = argv,
        };
        stores.Processes.Existing(reader.Head, program, FactPosition.Of(_at.Position), ContainerOf(reader.Head));
        return OfSnapshot();
    }

    private RecordStatus SnapshotThread(ref RecordReader reader)
    {
        stores.Processes.ExistingThread(reader.Head, FactPosition.Of(_at.Position));
        return OfSnapshot();
    }

    // A container starts with the first exec in it whose mount namespace is not its parent's: what the runtime executes in
    // it before that is still the runtime.
    private void StartContainer(in RecordHead head)
    {
        if (stores.Containers.Find(new CgroupKey(head.CgroupHierarchy, head.CgroupId)) is not { Started: false } container)
        {
            return;
        }

        var outside = stores.Processes.MountNamespaceOf(stores.Processes.Find(stores.Processes.IdOf(head.HostPpid, head.ParentStartTime)));
        outside = outside == 0 ? stores.Processes.HostMountNamespace : outside;
        container.Started = (head.Flags & RecordFlags.ContainerStarted) != 0 || (outside != 0 && outside != head.MountNamespace);
    }

    private ReadOnlySpan<byte> ContainerOf(in RecordHead head) =>
        stores.Containers.Find(new CgroupKey(head.CgroupHierarchy, head.CgroupId)) is { } container ? container.Id.Bytes : default;

    private void Write(EventWriter writer, in TaskIds task)
    {
        writer.Number(task.Tid);
        writer.Number(task.NsTid);
        writer.Number(task.Pid);
        writer.Number(task.NsPid);
        writer.Number(Epoch(task.StartTime));
    }
}
