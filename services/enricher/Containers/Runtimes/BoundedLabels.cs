using System.Collections.ObjectModel;
using System.Text;

namespace TraceeMesh.Enricher.Containers.Runtimes;

/// <summary>Labels, cut to <see cref="RuntimeLimits.MaxLabels"/> and <see cref="RuntimeLimits.MaxLabelBytes"/>.</summary>
internal static class BoundedLabels
{
    /// <summary>The labels of several sources as one; where they disagree the earlier source is right. One that does not fit is left out.</summary>
    public static IReadOnlyDictionary<string, string> Of(params ReadOnlySpan<IEnumerable<KeyValuePair<string, string>>?> sources)
    {
        var labels = new Dictionary<string, string>();
        var bytes = 0;
        foreach (var source in sources)
        {
            foreach (var (key, value) in source ?? [])
            {
                var size = Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(value ?? "");
                if (labels.Count < RuntimeLimits.MaxLabels && bytes + size <= RuntimeLimits.MaxLabelBytes && labels.TryAdd(key, value ?? ""))
                {
                    bytes += size;
                }
            }
        }

        return labels.Count == 0 ? ReadOnlyDictionary<string, string>.Empty : labels;
    }
}
