using System.Text;
using TraceeMesh.Contracts.Records;

namespace TraceeMesh.Collector.Kernel;

/// <summary>The filters that the kernel side holds. They are written only while no switch refers to them.</summary>
internal sealed unsafe class KernelFilters(int filters, int paths)
{
    private readonly List<FilterPath> _paths = Read(paths);

    /// <summary>Puts a plan in place of the one before.</summary>
    /// <returns>Whether all of it was taken; if not, it must not be used.</returns>
    internal bool Write(FilterPlan plan)
    {
        foreach (var path in _paths)
        {
            var key = path;
            _ = LibBpf.MapDelete(paths, &key);
        }

        _paths.Clear();
        foreach (var (path, sets) in plan.Paths)
        {
            var key = KeyOf(path);
            var value = sets;
            if (LibBpf.MapUpdate(paths, &key, &value, 0) != 0)
            {
                return false;
            }

            _paths.Add(key);
        }

        for (var slot = 0; slot < plan.Filters.Length; slot++)
        {
            var number = slot;
            var filter = plan.Filters[slot];
            if (LibBpf.MapUpdate(filters, &number, &filter, 0) != 0)
            {
                return false;
            }
        }

        return true;
    }

    // Those that a collector before this one wrote.
    private static List<FilterPath> Read(int paths)
    {
        var found = new List<FilterPath>();
        FilterPath key;
        for (var result = LibBpf.MapNextKey(paths, null, &key); result == 0; result = LibBpf.MapNextKey(paths, &key, &key))
        {
            found.Add(key);
        }

        return found;
    }

    private static FilterPath KeyOf(FilteredPath path)
    {
        var key = default(FilterPath);
        var length = Encoding.UTF8.GetBytes(path.Text, ((Span<byte>)key.Path)[..(RecordLimits.FilterPathMax - 1)]);
        key.Bits = (uint)(length + (path.IsWhole ? 1 : 0)) * 8;
        return key;
    }
}
