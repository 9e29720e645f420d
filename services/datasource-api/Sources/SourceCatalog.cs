using TraceeMesh.Contracts;
using TraceeMesh.DataSourceApi.Sources.Coded;
using TraceeMesh.ServiceDefaults;

namespace TraceeMesh.DataSourceApi.Sources;

/// <summary>The sources that this service serves: those that come with it, and those of a directory.</summary>
public static class SourceCatalog
{
    /// <summary>Sources of one service at most.</summary>
    public const int MaxSources = 128;

    /// <summary>Reads every <c>*.yaml</c> of some directories, and loads every plug-in of one.</summary>
    /// <param name="directories">Those of the files.</param>
    /// <param name="plugins">That of the plug-ins, where there is one.</param>
    /// <exception cref="ServiceExitException">A directory is not there, something in it cannot be understood, or two sources have one name.</exception>
    public static IReadOnlyList<SourceDefinition> Load(IReadOnlyList<string> directories, string? plugins = null)
    {
        var sources = new Dictionary<string, SourceDefinition>();
        foreach (var directory in directories)
        {
            if (!Directory.Exists(directory))
            {
                throw new ServiceExitException(ExitCode.Usage, $"--sources {directory}: there is no such directory");
            }

            foreach (var file in Directory.EnumerateFiles(directory).Where(f => Path.GetExtension(f) is ".yaml" or ".yml").Order(StringComparer.Ordinal))
            {
                Add(sources, SourceFileReader.Read(file));
            }
        }

        foreach (var source in plugins is null ? [] : CodedSources.Load(plugins))
        {
            Add(sources, source);
        }

        return [.. sources.Values];
    }

    /// <summary>Adds a source.</summary>
    /// <exception cref="ServiceExitException">There is one of the same name on the bus, or too many.</exception>
    public static void Add(Dictionary<string, SourceDefinition> sources, SourceDefinition source)
    {
        // Two names that become one subject are one.
        var name = $"{Subjects.Safe(source.Namespace)}.{Subjects.Safe(source.Id)}";
        if (source.Namespace == "tracee")
        {
            throw new ServiceExitException(ExitCode.Usage, $"{source.Origin}: the namespace 'tracee' is the mesh's own; choose another");
        }

        if (sources.TryGetValue(name, out var other))
        {
            throw new ServiceExitException(ExitCode.Usage, $"{source.Origin}: the source {source.Name} is declared already in {other.Origin}{(source.Name == other.Name ? "" : $" as {other.Name}: on the bus both are called {name}")}");
        }

        if (sources.Count == MaxSources)
        {
            throw new ServiceExitException(ExitCode.Usage, $"{source.Origin}: more than {MaxSources} sources");
        }

        sources.Add(name, source);
    }
}
