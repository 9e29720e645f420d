using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;

namespace TraceeMesh.Collector.Kernel;

/// <summary>
/// The place of one load below bpffs, <c>&lt;root&gt;/&lt;node&gt;/&lt;load id&gt;</c>: what has a name there lives on when its collector
/// ends. Its owner holds a lock on the directory, which the kernel takes from it however it ends.
/// </summary>
public sealed class PinDirectory : IDisposable
{
    /// <summary>Where loads are pinned.</summary>
    public const string DefaultRoot = "/sys/fs/bpf/traceemesh";

    private const string LinkPrefix = "link_";

    private int _lock;

    private PinDirectory(string path, int @lock) => (Path, _lock) = (path, @lock);

    /// <summary>The directory.</summary>
    public string Path { get; }

    /// <summary>The load it is of; 0 where its name is none.</summary>
    public uint LoadId => uint.TryParse(System.IO.Path.GetFileName(Path), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var id) ? id : 0;

    /// <summary>Why something could not be pinned; null while everything could.</summary>
    internal string? Failure { get; private set; }

    /// <summary>Makes the place of a new load.</summary>
    /// <param name="root">Where loads are pinned.</param>
    /// <param name="node">The node, subject-safe.</param>
    /// <param name="loadId">The load.</param>
    /// <param name="reason">Why there can be none.</param>
    public static PinDirectory? Create(string root, string node, uint loadId, out string? reason)
    {
        var path = System.IO.Path.Combine(root, node, loadId.ToString("x8", CultureInfo.InvariantCulture));
        try
        {
            if (!IsBpffs(root))
            {
                reason = $"{System.IO.Path.GetDirectoryName(root)} is no bpf file system (mount -t bpf bpf {System.IO.Path.GetDirectoryName(root)})";
                return null;
            }

            Directory.CreateDirectory(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reason = e.Message;
            return null;
        }

        reason = null;
        var directory = TryOwn(path);
        reason = directory is null ? $"{path} cannot be locked" : null;
        return directory;
    }

    /// <summary>The places of the node's loads that no living collector owns; each is owned by the caller then.</summary>
    public static IReadOnlyList<PinDirectory> Abandoned(string root, string node)
    {
        var parent = System.IO.Path.Combine(root, node);
        return Directory.Exists(parent) ? [.. Directory.GetDirectories(parent).Select(TryOwn).OfType<PinDirectory>()] : [];
    }

    /// <summary>The descriptor of a pinned map, to be closed; null where there is none.</summary>
    internal int? OpenMap(string name) => LibBpf.OpenPinned(At(name)) is var descriptor && descriptor >= 0 ? descriptor : null;

    /// <summary>The link of a program; 0 where none is pinned.</summary>
    internal nint OpenLink(string program) => File.Exists(At(LinkPrefix + program)) ? LibBpf.LinkOpen(At(LinkPrefix + program)) : 0;

    /// <summary>Pins a map.</summary>
    internal void PinMap(string name, int descriptor) => Pin(name, descriptor);

    /// <summary>Pins the link of a program.</summary>
    internal void PinLink(string program, int descriptor) => Pin(LinkPrefix + program, descriptor);

    /// <summary>Unpins the link of a program.</summary>
    internal void UnpinLink(string program)
    {
        if (Failure is null)
        {
            File.Delete(At(LinkPrefix + program));
        }
    }

    /// <summary>Unpins the links: the programs end, what they wrote stays.</summary>
    internal void UnpinLinks()
    {
        foreach (var link in Directory.GetFiles(Path, LinkPrefix + "*"))
        {
            File.Delete(link);
        }
    }

    /// <summary>Unpins everything: what nobody else holds is gone.</summary>
    public void Remove()
    {
        Failure ??= $"{Path} is removed";
        Directory.Delete(Path, recursive: true);

        // The node's own place goes too, unless another load is there or a runner holds it for the next collector.
        var parent = System.IO.Path.GetDirectoryName(Path)!;
        using var node = TryOwn(parent);
        _ = node is null ? 0 : LibC.RemoveDirectory(parent);
    }

    /// <summary>Lets another one own it.</summary>
    public void Dispose()
    {
        if (_lock >= 0)
        {
            _ = LibC.Close(_lock);
            _lock = -1;
        }
    }

    private static PinDirectory? TryOwn(string path)
    {
        var descriptor = LibC.Open(path, LibC.OpenDirectory);
        if (descriptor < 0)
        {
            return null;
        }

        if (LibC.Lock(descriptor, LibC.LockExclusiveAtOnce) == 0)
        {
            return new PinDirectory(path, descriptor);
        }

        _ = LibC.Close(descriptor);
        return null;
    }

    private static bool IsBpffs(string root) => new DriveInfo(System.IO.Path.GetDirectoryName(root)!).DriveFormat is "bpf" or "bpf_fs";

    private string At(string name) => System.IO.Path.Combine(Path, name);

    private void Pin(string name, int descriptor)
    {
        var result = Failure is null ? LibBpf.Pin(descriptor, At(name)) : 0;
        if (result != 0)
        {
            Failure = $"{At(name)}: {new Win32Exception(-result).Message}";
        }
    }
}
