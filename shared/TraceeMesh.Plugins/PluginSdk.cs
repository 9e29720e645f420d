using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace TraceeMesh.Plugins;

/// <summary>What a service shares with its plug-ins.</summary>
/// <param name="service">The service, as it is called in messages.</param>
/// <param name="assemblies">The assemblies that a plug-in sees as the service does.</param>
public sealed class PluginSdk(string service, params IReadOnlyList<Assembly> assemblies)
{
    private readonly Dictionary<string, Assembly> _assemblies = assemblies.ToDictionary(a => a.GetName().Name!);

    /// <summary>The service, as it is called in messages.</summary>
    public string Service => service;

    /// <summary>Whether an assembly of this name is the service's to give, so that one in the directory is never loaded.</summary>
    public bool Contains(string name) => _assemblies.ContainsKey(name);

    /// <summary>Finds an assembly by its name.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out Assembly? assembly) => _assemblies.TryGetValue(name, out assembly);
}
