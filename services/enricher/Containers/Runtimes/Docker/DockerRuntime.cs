using System.Buffers;

namespace TraceeMesh.Enricher.Containers.Runtimes.Docker;

/// <summary>Docker, and Podman, whose socket speaks the same API.</summary>
/// <param name="kind">Docker or Podman.</param>
/// <param name="socket">Path of the socket.</param>
public sealed class DockerRuntime(ContainerRuntime kind, string socket) : IContainerRuntime
{
    private const int MaxImageIdLength = 160;
    private static readonly SearchValues<char> ImageIdCharacters = SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyz:");

    private readonly EngineClient _engine = new(socket);

    /// <inheritdoc/>
    public ContainerRuntime Kind => kind;

    /// <inheritdoc/>
    public string Socket => socket;

    /// <inheritdoc/>
    public async Task<RuntimeAnswer> AskAsync(string containerId, CancellationToken cancellation)
    {
        if (!ContainerId.IsAskable(containerId))
        {
            return ContainerId.NotAskable;
        }

        // The list answers while a container starts; inspecting it waits until the start is over.
        var filters = Uri.EscapeDataString($$"""{"id":["{{containerId}}"]}""");
        var (containers, failure) = await _engine.GetAsync($"containers/json?all=1&filters={filters}", DockerJson.Default.ListedContainerArray, cancellation);
        if (containers is null)
        {
            return failure!;
        }

        if (Array.Exists(containers, c => c?.Id is null))
        {
            return new RuntimeAnswer(RuntimeStatus.Malformed, Reason: "a container without Id");
        }

        // The filter also finds containers by the beginning of their id.
        if (Array.Find(containers, c => c.Id == containerId) is not { } container)
        {
            return new RuntimeAnswer(RuntimeStatus.NotFound);
        }

        var (image, imageFailure) = await AskImageAsync(container.ImageId ?? "", cancellation);

        // An image can be removed while its containers live.
        return imageFailure is null or { Status: RuntimeStatus.NotFound }
            ? new RuntimeAnswer(RuntimeStatus.Found, Details(container, image))
            : imageFailure;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _engine.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<EngineReply<InspectedImage>> AskImageAsync(string id, CancellationToken cancellation) =>
        id.Length is 0 or > MaxImageIdLength || id.AsSpan().ContainsAnyExcept(ImageIdCharacters)
            ? default
            : await _engine.GetAsync($"images/{id}/json", DockerJson.Default.InspectedImage, cancellation);

    private static ContainerDetails Details(ListedContainer container, InspectedImage? image)
    {
        var labels = container.Labels;
        var name = ImageName(container.Image ?? "", container.ImageId ?? "", image?.RepoTags ?? []);
        return new ContainerDetails
        {
            Name = BoundedText.Value(OwnName(container.Names ?? [])),
            Image = BoundedText.Value(name),
            ImageDigest = BoundedText.Value(Digest(name, image?.RepoDigests ?? [])),
            PodName = PodLabels.Read(labels, PodLabels.PodName),
            PodNamespace = PodLabels.Read(labels, PodLabels.PodNamespace),
            PodUid = PodLabels.Read(labels, PodLabels.PodUid),
            PodSandboxId = PodLabels.Read(labels, PodLabels.DockerSandboxId),
            PodSandbox = PodLabels.Read(labels, PodLabels.DockerKind) == PodLabels.Sandbox,
            Labels = BoundedLabels.Of(labels),
        };
    }

    private static string? OwnName(string?[] names) => Array.Find(names, n => n?.LastIndexOf('/') is 0 or -1)?.TrimStart('/');

    // The image as its user named it, with the tag that was left out. An image has as many tags as people give it, and loses
    // them again: another of its tags is taken only where the user gave a content id, whole or its beginning.
    private static string ImageName(string given, string id, string?[] tags)
    {
        var isId = given.Length == 0 || ImageReference.IsContentId(given)
            || (given.All(char.IsAsciiHexDigit) && ImageReference.Digits(id).StartsWith(given, StringComparison.Ordinal));
        return (isId ? Array.Find(tags, t => !string.IsNullOrEmpty(t)) : Array.Find(tags, t => t == $"{given}:latest")) ?? given;
    }

    private static string? Digest(string image, string?[] digests)
    {
        var prefix = ImageReference.Repository(image) + "@";
        return Array.Find(digests, d => d?.StartsWith(prefix, StringComparison.Ordinal) is true) ?? Array.Find(digests, d => !string.IsNullOrEmpty(d));
    }
}
