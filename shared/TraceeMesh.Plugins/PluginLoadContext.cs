using System.Reflection;
using System.Runtime.Loader;

namespace TraceeMesh.Plugins;

/// <summary>
/// Where one plug-in lives with what it brings along, and goes with it when it is unloaded. It shares with the service the SDK and
/// the runtime's own libraries, nothing else. Files are read, never held: they may be overwritten at any time.
/// </summary>
/// <param name="file">The assembly.</param>
/// <param name="sdk">What it shares with the service.</param>
public sealed class PluginLoadContext(AssemblyFile file, PluginSdk sdk) : AssemblyLoadContext(file.Name, isCollectible: true)
{
    /// <summary>Bytes of one assembly.</summary>
    public const long MaxBytes = 64 << 20;

    private static readonly string Runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

    /// <summary>Loads the assembly itself.</summary>
    /// <exception cref="PluginLoadException">It is no assembly, or this service has not what it needs.</exception>
    public Assembly Load()
    {
        Assembly assembly;
        try
        {
            assembly = Read(file.Path);
        }
        catch (Exception e) when (e is BadImageFormatException or IOException or UnauthorizedAccessException)
        {
            throw new PluginLoadException(e is BadImageFormatException ? "it is not a .NET assembly" : $"it cannot be read: {e.Message}");
        }

        foreach (var needed in assembly.GetReferencedAssemblies())
        {
            if (Obstacle(needed) is { } obstacle)
            {
                throw new PluginLoadException(obstacle);
            }
        }

        return assembly;
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        var name = assemblyName.Name!;
        if (sdk.TryGet(name, out var shared))
        {
            return shared;
        }

        return IsOfRuntime(name) ? null // The default context has it.
            : file.Beside(name) is { } path ? Read(path)
            : throw new FileNotFoundException(Obstacle(assemblyName));
    }

    private static bool IsOfRuntime(string name) => File.Exists(Path.Combine(Runtime, name + ".dll"));

    /// <summary>Why the assembly cannot have what it needs; null when it can.</summary>
    private string? Obstacle(AssemblyName needed)
    {
        var name = needed.Name!;
        if (sdk.TryGet(name, out var shared))
        {
            var (mine, built) = (shared.GetName().Version!, needed.Version ?? new Version(0, 0));
            return built.Major != mine.Major ? $"it is built against {name} {built}, and this {sdk.Service} has {mine}: build it against that"
                : built > mine ? $"it is built against {name} {built}, newer than this {sdk.Service}'s {mine}: update the {sdk.Service}, or build it against that"
                : null;
        }

        if (IsOfRuntime(name))
        {
            var (mine, built) = (typeof(object).Assembly.GetName().Version!, needed.Version ?? new Version(0, 0));
            return built.Major > mine.Major && name == "System.Runtime" ? $"it is built for .NET {built.Major}, and this {sdk.Service} runs on .NET {mine.Major}" : null;
        }

        return file.Beside(name) is null ? $"it needs {name} {needed.Version}, which is not there: {file.Remedy}" : null;
    }

    private Assembly Read(string path)
    {
        if (new FileInfo(path).Length > MaxBytes)
        {
            throw new IOException($"{path} is larger than {MaxBytes >> 20} MiB");
        }

        using var image = new MemoryStream(File.ReadAllBytes(path));
        var symbols = Path.ChangeExtension(path, ".pdb");
        if (!File.Exists(symbols))
        {
            return LoadFromStream(image);
        }

        using var lines = new MemoryStream(File.ReadAllBytes(symbols));
        return LoadFromStream(image, lines);
    }
}
