using System.ComponentModel;
using System.Runtime.InteropServices;

namespace TraceeMesh.Collector.Kernel;

/// <summary>Has the kernel write every process there is into the ring, and a record behind the last.</summary>
public sealed unsafe class TaskSnapshot
{
    private readonly KernelProgram _program;

    internal TaskSnapshot(KernelProgram program) => _program = program;

    /// <summary>Runs it; when it returns, its records are in the ring or counted as dropped.</summary>
    /// <exception cref="IOException">The kernel stopped it half-way; it may be run again.</exception>
    public void Run()
    {
        if (!_program.Attach())
        {
            throw new IOException($"The snapshot of processes cannot run: {_program.Failure}.");
        }

        var descriptor = LibBpf.IteratorCreate(_program.LinkDescriptor);
        try
        {
            if (descriptor < 0)
            {
                throw new IOException($"The snapshot of processes could not start: {new Win32Exception(-descriptor).Message}.");
            }

            // The programs print nothing, so the first read walks all tasks and finds the end; after a million of
            // them the kernel wants to be asked again.
            byte nothing;
            while (LibC.Read(descriptor, &nothing, 1) is var read && read != 0)
            {
                var error = Marshal.GetLastPInvokeError();
                if (read < 0 && error is not (LibC.ErrorAgain or LibC.ErrorInterrupted))
                {
                    throw new IOException($"The snapshot of processes stopped: {new Win32Exception(error).Message}.");
                }
            }
        }
        finally
        {
            if (descriptor >= 0)
            {
                _ = LibC.Close(descriptor);
            }

            _program.Detach();
        }
    }
}
