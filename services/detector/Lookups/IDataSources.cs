using System.Diagnostics.CodeAnalysis;
using TraceeMesh.Signatures;

namespace TraceeMesh.Detector.Lookups;

/// <summary>The data sources of the mesh, as known now.</summary>
public interface IDataSources
{
    /// <summary>Changes whenever a source appears.</summary>
    public int Version { get; }

    /// <summary>Finds a source.</summary>
    public bool TryGet(string @namespace, string id, [NotNullWhen(true)] out IDataSource? source);
}
