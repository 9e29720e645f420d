namespace TraceeMesh.Bus;

/// <summary>
/// The library's connection. Closing makes every further call on it fail cleanly; destroying it under a call would not,
/// so it is destroyed only when nobody can reach it any more.
/// </summary>
internal sealed class NativeConnection
{
    public nint Pointer { get; set; }

    ~NativeConnection()
    {
        if (Pointer != 0)
        {
            LibNats.Destroy(Pointer);
        }
    }
}
