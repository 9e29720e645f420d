// The members of Aspire 13 that the AppHost may use, and no other, by the names the packages give them. They note what they are told.
namespace Aspire.Hosting;

/// <summary>A resource that was added, with everything said of it, in order.</summary>
public sealed class Resource(string kind, string name, string path)
{
    public string Kind => kind;

    public string Name => name;

    public string Path => path;

    public Dictionary<string, string> Environment { get; } = [];

    public List<string> References { get; } = [];

    public List<string> WaitsFor { get; } = [];

    public Dictionary<string, int?> Endpoints { get; } = [];

    public List<string> HealthChecks { get; } = [];

    public bool IsJetStream { get; set; }

    public bool IsExternal { get; set; }
}

public interface IResourceBuilder<out T>
{
    public Resource Resource { get; }
}

public sealed class ProjectResource;

public sealed class NatsServerResource;

public sealed class DistributedApplication
{
    /// <summary>What the last AppHost on this thread made.</summary>
    [ThreadStatic]
    private static DistributedApplicationBuilder? s_last;

    public static DistributedApplicationBuilder? Last => s_last;

    public static DistributedApplicationBuilder CreateBuilder(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        return s_last = new DistributedApplicationBuilder();
    }

    public void Run() => s_last!.HasRun = true;
}

public sealed class DistributedApplicationBuilder
{
    public List<Resource> Resources { get; } = [];

    public bool HasRun { get; set; }

    public DistributedApplication Build() => new();

    internal IResourceBuilder<T> Add<T>(Resource resource)
    {
        Resources.Add(resource);
        return new Builder<T>(resource);
    }

    private sealed record Builder<T>(Resource Resource) : IResourceBuilder<T>;
}

public static class ResourceBuilderExtensions
{
    public static IResourceBuilder<NatsServerResource> AddNats(this DistributedApplicationBuilder builder, string name, int? port = null) => builder.Add<NatsServerResource>(new Resource("nats", name, "") { Endpoints = { ["tcp"] = port } });

    public static IResourceBuilder<NatsServerResource> WithJetStream(this IResourceBuilder<NatsServerResource> builder)
    {
        builder.Resource.IsJetStream = true;
        return builder;
    }

    public static IResourceBuilder<NatsServerResource> WithDataVolume(this IResourceBuilder<NatsServerResource> builder) => builder;

    public static IResourceBuilder<ProjectResource> AddProject(this DistributedApplicationBuilder builder, string name, string projectPath) => builder.Add<ProjectResource>(new Resource("project", name, projectPath));

    public static IResourceBuilder<T> WithReference<T>(this IResourceBuilder<T> builder, IResourceBuilder<object> resource) => Note(builder, r => r.References.Add(resource.Resource.Name));

    public static IResourceBuilder<T> WaitFor<T>(this IResourceBuilder<T> builder, IResourceBuilder<object> resource) => Note(builder, r => r.WaitsFor.Add(resource.Resource.Name));

    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, string value) => Note(builder, r => r.Environment.Add(name, value));

    public static IResourceBuilder<T> WithHttpEndpoint<T>(this IResourceBuilder<T> builder, int? port = null, int? targetPort = null, string? name = null, string? env = null) =>
        Note(builder, r => r.Endpoints.Add(name ?? env ?? "http", targetPort ?? port));

    public static IResourceBuilder<T> WithHttpHealthCheck<T>(this IResourceBuilder<T> builder, string path) => Note(builder, r => r.HealthChecks.Add(path));

    public static IResourceBuilder<T> WithExternalHttpEndpoints<T>(this IResourceBuilder<T> builder) => Note(builder, r => r.IsExternal = true);

    private static IResourceBuilder<T> Note<T>(IResourceBuilder<T> builder, Action<Resource> note)
    {
        note(builder.Resource);
        return builder;
    }
}
