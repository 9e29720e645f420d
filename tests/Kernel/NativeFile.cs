using System.Runtime.InteropServices;

namespace TraceeMesh.Tests.Kernel;

internal static partial class NativeFile
{
    [LibraryImport("libc", EntryPoint = "chown", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ChangeOwner(string path, uint user, uint group);
}
