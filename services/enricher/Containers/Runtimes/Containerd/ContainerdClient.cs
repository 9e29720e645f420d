using Google.Protobuf;
using TraceeMesh.Grpc;

namespace TraceeMesh.Enricher.Containers.Runtimes.Containerd;

/// <summary>The questions to containerd's own API. All but one are asked within a namespace.</summary>
internal sealed class ContainerdClient(GrpcChannel channel)
{
    private const string NamespaceHeader = "containerd-namespace";

    private static readonly MessageParser<ListNamespacesResponse> NamespacesParser = ListNamespacesResponse.Parser.WithDiscardUnknownFields(true);
    private static readonly MessageParser<GetContainerResponse> ContainerParser = GetContainerResponse.Parser.WithDiscardUnknownFields(true);
    private static readonly MessageParser<GetImageResponse> ImageParser = GetImageResponse.Parser.WithDiscardUnknownFields(true);

    /// <summary>The namespaces there are.</summary>
    public Task<GrpcReply<ListNamespacesResponse>> ListNamespacesAsync(CancellationToken cancellation) =>
        channel.CallAsync("/containerd.services.namespaces.v1.Namespaces/List", new ListNamespacesRequest(), NamespacesParser, [], cancellation);

    /// <summary>One container.</summary>
    public Task<GrpcReply<GetContainerResponse>> GetContainerAsync(string space, string id, CancellationToken cancellation) =>
        channel.CallAsync("/containerd.services.containers.v1.Containers/Get", new GetContainerRequest { Id = id }, ContainerParser, In(space), cancellation);

    /// <summary>One image, by its name.</summary>
    public Task<GrpcReply<GetImageResponse>> GetImageAsync(string space, string name, CancellationToken cancellation) =>
        channel.CallAsync("/containerd.services.images.v1.Images/Get", new GetImageRequest { Name = name }, ImageParser, In(space), cancellation);

    private static KeyValuePair<string, string>[] In(string space) => [new(NamespaceHeader, space)];
}
