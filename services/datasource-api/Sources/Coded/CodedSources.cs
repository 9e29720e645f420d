using System.Reflection;
using TraceeMesh.Contracts;
using TraceeMesh.ServiceDefaults;
using TraceeMesh.Plugins;
using TraceeMesh.Signatures.Sources;

namespace TraceeMesh.DataSourceApi.Sources.Coded;

/// <summary>Loads the sources that are coded in C# from a directory of plug-ins, each assembly with what it brings along in a context of its own.</summary>
public static class CodedSources
{
    private static readonly PluginSdk Sdk = new("datasource-api", typeof(IWritableDataSource).Assembly, typeof(DataValue).Assembly);

    /// <summary>Loads every source of a directory.</summary>
    /// <exception cref="ServiceExitException">The directory is not there, or what is in it cannot be loaded.</exception>
    public static IReadOnlyList<SourceDefinition> Load(string directory)
    {
        try
        {
            return [.. PluginDirectory.Find(directory, Sdk).SelectMany(Load)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ServiceExitException(ExitCode.Usage, $"--plugins {directory}: {e.Message}");
        }
    }

    private static List<SourceDefinition> Load(AssemblyFile file)
    {
        var context = new PluginLoadContext(file, Sdk);
        try
        {
            var sources = context.Load().GetExportedTypes()
                .Where(t => t is { IsAbstract: false } && t.IsAssignableTo(typeof(IWritableDataSource)) && t.GetConstructor(Type.EmptyTypes) is not null)
                .OrderBy(t => t.FullName, StringComparer.Ordinal)
                .Select(t => Define(file, t))
                .ToList();
            return sources.Count > 0 ? sources : throw new PluginLoadException("it holds no data source: a public class that implements IWritableDataSource and has a constructor without parameters");
        }
        catch (Exception e)
        {
            // Whatever an assembly can make its loader throw.
            context.Unload();
            throw e as ServiceExitException ?? new ServiceExitException(ExitCode.Usage, $"{file.Path}: {e.Message}");
        }
    }

    private static SourceDefinition Define(AssemblyFile file, Type type)
    {
        // Not wrapped into the exception of reflection: what the constructor says is what people read.
        var code = (IWritableDataSource)Activator.CreateInstance(type, BindingFlags.DoNotWrapExceptions | BindingFlags.Public | BindingFlags.Instance, null, null, null)!;
        var origin = $"{file.Path}: {type.FullName}";
        var source = new SourceDefinition
        {
            Namespace = Name(origin, nameof(code.Namespace), code.Namespace),
            Id = Name(origin, nameof(code.Id), code.Id),
            Version = InRange(origin, nameof(code.Version), code.Version, int.MaxValue),
            Description = code.Description ?? "",
            Key = FieldType.Any,
            KeyKinds = string.Join(',', code.Keys),
            IsScalar = false,
            Fields = [.. code.Schema.Select(f => Field(origin, f.Key, f.Value))],
            Capacity = InRange(origin, nameof(code.Capacity), code.Capacity, SourceDefinition.MaxCapacity),
            Eviction = code.Evicts ? Eviction.LeastRecentlyUsed : Eviction.Refuse,
            TimeToLive = code.TimeToLive >= TimeSpan.Zero ? code.TimeToLive : throw Refusal(origin, $"{nameof(code.TimeToLive)} is negative"),
            Code = code,
            Origin = origin,
        };
        return source.Fields.Count > 0 ? source : throw Refusal(origin, $"{nameof(code.Schema)} names no value");
    }

    private static string Name(string origin, string property, string? name) =>
        SourceDefinition.IsName(name) ? name! : throw Refusal(origin, $"{property} is a text of 1 to {Limits.NameBytes} characters");

    private static int InRange(string origin, string property, int value, int max) =>
        value >= 1 && value <= max ? value : throw Refusal(origin, $"{property} is {value}; it is a number of 1 to {max}");

    private static SourceField Field(string origin, string name, string type) =>
        name.Length > 0 && FieldTypes.TryParse(type, out var parsed) ? new SourceField(name, parsed) : throw Refusal(origin, $"'{name}: {type}' is no field of a schema; types are {FieldTypes.All}");

    private static ServiceExitException Refusal(string origin, string reason) => new(ExitCode.Usage, $"{origin}: {reason}");
}
