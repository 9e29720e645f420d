using System.ComponentModel;
using System.Runtime.InteropServices;

namespace TraceeMesh.Collector.Kernel;

/// <summary>A range of a map's memory in this process.</summary>
internal sealed unsafe class MappedMemory : IDisposable
{
    private readonly nuint _length;
    private nint _address;

    /// <summary>Maps <paramref name="length"/> bytes of the map, rounded up to pages.</summary>
    internal MappedMemory(int descriptor, long offset, nuint length, bool writable)
    {
        var page = (nuint)Environment.SystemPageSize;
        _length = (length + page - 1) / page * page;
        _address = LibC.Map(0, _length, LibC.ProtectRead | (writable ? LibC.ProtectWrite : 0), LibC.MapShared, descriptor, offset);
        if (_address == -1)
        {
            throw new KernelUnavailableException(
                KernelUnavailableReason.LoadFailed,
                $"Mapping {_length} bytes of a kernel map failed: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}.");
        }
    }

    internal byte* Start => (byte*)_address;

    public void Dispose()
    {
        if (_address is not (0 or -1))
        {
            _ = LibC.Unmap(_address, _length);
            _address = 0;
        }
    }
}
