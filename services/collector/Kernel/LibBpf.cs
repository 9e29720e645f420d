using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TraceeMesh.Collector.Kernel;

/// <summary>
/// The whole binding of libbpf 1.x. Its traps:
/// <list type="bullet">
/// <item>C's <c>bool</c> is one byte.</item>
/// <item>Functions that return a pointer return null and set errno; those that return an int return -errno.</item>
/// <item>An <c>opts</c> struct starts with its own size; a null one means the defaults.</item>
/// <item>The print callback is one per process and takes a <c>va_list</c>, which on x86-64 arrives as a pointer and
/// is only good to be forwarded to vsnprintf; no exception may leave it.</item>
/// <item>A map in a custom section (<c>.rodata.options</c>) is found by that name; those in a plain section by a suffix.</item>
/// <item>Destroying a link detaches its program; closing an object unloads what no link holds.</item>
/// </list>
/// </summary>
internal static unsafe partial class LibBpf
{
    private const string Library = "libbpf.so.1";

    /// <summary>Opens an object from memory; the bytes are not needed afterwards.</summary>
    [LibraryImport(Library, EntryPoint = "bpf_object__open_mem", SetLastError = true)]
    internal static partial nint ObjectOpen(byte* bytes, nuint length, OpenOptions* options);

    [LibraryImport(Library, EntryPoint = "bpf_object__load")]
    internal static partial int ObjectLoad(nint bpfObject);

    [LibraryImport(Library, EntryPoint = "bpf_object__close")]
    internal static partial void ObjectClose(nint bpfObject);

    [LibraryImport(Library, EntryPoint = "bpf_object__find_program_by_name", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint FindProgram(nint bpfObject, string name);

    [LibraryImport(Library, EntryPoint = "bpf_object__find_map_by_name", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint FindMap(nint bpfObject, string name);

    [LibraryImport(Library, EntryPoint = "bpf_program__set_autoload")]
    internal static partial int ProgramSetAutoload(nint program, byte autoload);

    /// <summary>The descriptor of a loaded program, or -errno.</summary>
    [LibraryImport(Library, EntryPoint = "bpf_program__fd")]
    internal static partial int ProgramDescriptor(nint program);

    /// <summary>Attaches by the program's section name; the result is a link.</summary>
    [LibraryImport(Library, EntryPoint = "bpf_program__attach", SetLastError = true)]
    internal static partial nint ProgramAttach(nint program);

    /// <summary>Attaches to a cgroup and all below it; the result is a link.</summary>
    [LibraryImport(Library, EntryPoint = "bpf_program__attach_cgroup", SetLastError = true)]
    internal static partial nint ProgramAttachCgroup(nint program, int directory);

    [LibraryImport(Library, EntryPoint = "bpf_link__destroy")]
    internal static partial int LinkDestroy(nint link);

    [LibraryImport(Library, EntryPoint = "bpf_link__fd")]
    internal static partial int LinkDescriptor(nint link);

    /// <summary>A descriptor whose read runs the iterator of the link.</summary>
    [LibraryImport(Library, EntryPoint = "bpf_iter_create")]
    internal static partial int IteratorCreate(int linkDescriptor);

    [LibraryImport(Library, EntryPoint = "bpf_map__fd")]
    internal static partial int MapDescriptor(nint map);

    [LibraryImport(Library, EntryPoint = "bpf_map__max_entries")]
    internal static partial uint MapMaxEntries(nint map);

    [LibraryImport(Library, EntryPoint = "bpf_map__set_max_entries")]
    internal static partial int MapSetMaxEntries(nint map, uint entries);

    [LibraryImport(Library, EntryPoint = "bpf_map__set_initial_value")]
    internal static partial int MapSetInitialValue(nint map, void* value, nuint size);

    [LibraryImport(Library, EntryPoint = "bpf_map_update_elem")]
    internal static partial int MapUpdate(int descriptor, void* key, void* value, ulong flags);

    [LibraryImport(Library, EntryPoint = "bpf_map_lookup_elem")]
    internal static partial int MapLookup(int descriptor, void* key, void* value);

    [LibraryImport(Library, EntryPoint = "bpf_map_delete_elem")]
    internal static partial int MapDelete(int descriptor, void* key);

    /// <summary>The key behind <paramref name="key"/>; the first one where that is null or not there.</summary>
    /// <returns>Less than 0 when there is none.</returns>
    [LibraryImport(Library, EntryPoint = "bpf_map_get_next_key")]
    internal static partial int MapNextKey(int descriptor, void* key, void* next);

    /// <summary>The map behind <paramref name="map"/>, the first one behind null; null behind the last.</summary>
    [LibraryImport(Library, EntryPoint = "bpf_object__next_map")]
    internal static partial nint NextMap(nint bpfObject, nint map);

    [LibraryImport(Library, EntryPoint = "bpf_map__name")]
    internal static partial byte* MapName(nint map);

    /// <summary>Whether it holds a section of the object, as <c>.rodata</c> does.</summary>
    [LibraryImport(Library, EntryPoint = "bpf_map__is_internal")]
    internal static partial byte MapIsInternal(nint map);

    /// <summary>Has the load take this map instead of a new one; the descriptor is copied.</summary>
    [LibraryImport(Library, EntryPoint = "bpf_map__reuse_fd")]
    internal static partial int MapReuse(nint map, int descriptor);

    /// <summary>Gives a map or link a name below bpffs, which keeps it alive.</summary>
    [LibraryImport(Library, EntryPoint = "bpf_obj_pin", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Pin(int descriptor, string path);

    /// <summary>The descriptor of what has a name below bpffs, or -errno.</summary>
    [LibraryImport(Library, EntryPoint = "bpf_obj_get", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int OpenPinned(string path);

    /// <summary>The link that has a name below bpffs; destroying it leaves the name.</summary>
    [LibraryImport(Library, EntryPoint = "bpf_link__open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint LinkOpen(string path);

    [LibraryImport(Library, EntryPoint = "libbpf_num_possible_cpus")]
    internal static partial int PossibleCpus();

    [LibraryImport(Library, EntryPoint = "libbpf_set_print")]
    internal static partial nint SetPrint(delegate* unmanaged[Cdecl]<int, byte*, nint, int> callback);

    /// <summary>Twin of <c>struct bpf_object_open_opts</c> of libbpf 1.1, as far as it is used; libbpf reads <see cref="Size"/> bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct OpenOptions
    {
        public nuint Size;
        public nint ObjectName;
        public byte RelaxedMaps;

        /// <summary>Options that name the object.</summary>
        public static OpenOptions Named(nint name) => new() { Size = (nuint)Unsafe.SizeOf<OpenOptions>(), ObjectName = name };
    }
}
