namespace TraceeMesh.Cli.Up;

/// <summary>A runner's hold on what is pinned of its node: nobody takes for abandoned what its collector left between two starts.</summary>
public sealed class PinClaim : IDisposable
{
    private readonly string _node;
    private readonly int? _descriptor;

    private PinClaim(string node, int? descriptor) => (_node, _descriptor) = (node, descriptor);

    /// <summary>Takes it; without a bpf file system, or the right to write there, nothing is pinned, and it holds nothing.</summary>
    /// <param name="root">Where loads are pinned.</param>
    /// <param name="node">The node, subject-safe.</param>
    public static PinClaim Take(string root, string node)
    {
        var path = Path.Combine(root, node);
        try
        {
            if (new DriveInfo(Path.GetDirectoryName(root)!).DriveFormat is "bpf" or "bpf_fs")
            {
                Directory.CreateDirectory(path);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The collector, which needs it, says why nothing is pinned.
            return new PinClaim(path, null);
        }

        var claim = new PinClaim(path, SystemCalls.OpenDirectory(path));
        claim.Share();
        return claim;
    }

    /// <summary>Removes the loads of the node that nobody holds, unless another runner claims the node too.</summary>
    /// <returns>What was removed.</returns>
    public IReadOnlyList<string> RemoveOrphans()
    {
        var removed = new List<string>();
        if (_descriptor is { } descriptor && SystemCalls.TryLock(descriptor, SystemCalls.LockExclusiveAtOnce))
        {
            foreach (var load in PinnedPrograms.OrphansOf(_node))
            {
                Directory.Delete(load, recursive: true);
                removed.Add(load);
            }
        }

        Share();
        return removed;
    }

    public void Dispose()
    {
        if (_descriptor is { } descriptor)
        {
            _ = SystemCalls.RemoveEmptyDirectory(_node);
            _ = SystemCalls.Close(descriptor);
        }
    }

    private void Share()
    {
        if (_descriptor is { } descriptor)
        {
            _ = SystemCalls.TryLock(descriptor, SystemCalls.LockShared);
        }
    }
}
