using TraceeMesh.Cli.Connection;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Up;

/// <summary>One mesh per state directory: a lock of the kernel, gone with its owner however that one ends.</summary>
public sealed class StateLock : IDisposable
{
    private readonly FileStream _file;

    private StateLock(FileStream file) => _file = file;

    public static StateLock Take(StateDirectory state)
    {
        try
        {
            return new StateLock(new FileStream(state.LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException exception) when (exception is not (DirectoryNotFoundException or PathTooLongException) && File.Exists(state.LockFile))
        {
            var owner = MeshFile.Read(state) is { } mesh ? $" (process {mesh.Pid})" : "";
            throw new CommandException(ExitCode.AlreadyRunning, $"a mesh runs from {state.Path} already{owner}: stop it, or give this one a --state-dir of its own", exception);
        }
    }

    public void Dispose() => _file.Dispose();
}
