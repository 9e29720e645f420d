using Google.Protobuf;
using TraceeMesh.Grpc;

namespace TraceeMesh.Enricher.Containers.Runtimes.Cri;

/// <summary>The questions to the Container Runtime Interface, version 1.</summary>
internal sealed class CriClient(GrpcChannel channel)
{
    private const string Runtime = "/runtime.v1.RuntimeService/";
    private const string Images = "/runtime.v1.ImageService/";

    private static readonly MessageParser<ListContainersResponse> ListContainersParser = ListContainersResponse.Parser.WithDiscardUnknownFields(true);
    private static readonly MessageParser<ContainerStatusResponse> ContainerStatusParser = ContainerStatusResponse.Parser.WithDiscardUnknownFields(true);
    private static readonly MessageParser<PodSandboxStatusResponse> PodSandboxStatusParser = PodSandboxStatusResponse.Parser.WithDiscardUnknownFields(true);
    private static readonly MessageParser<ImageStatusResponse> ImageStatusParser = ImageStatusResponse.Parser.WithDiscardUnknownFields(true);

    /// <summary>Containers whose id begins so; none is no error.</summary>
    public Task<GrpcReply<ListContainersResponse>> ListContainersAsync(string id, CancellationToken cancellation) =>
        channel.CallAsync(Runtime + "ListContainers", new ListContainersRequest { Filter = new ContainerFilter { Id = id } }, ListContainersParser, [], cancellation);

    /// <summary>One container.</summary>
    public Task<GrpcReply<ContainerStatusResponse>> ContainerStatusAsync(string id, CancellationToken cancellation) =>
        channel.CallAsync(Runtime + "ContainerStatus", new ContainerStatusRequest { ContainerId = id }, ContainerStatusParser, [], cancellation);

    /// <summary>One pod's sandbox.</summary>
    public Task<GrpcReply<PodSandboxStatusResponse>> PodSandboxStatusAsync(string id, CancellationToken cancellation) =>
        channel.CallAsync(Runtime + "PodSandboxStatus", new PodSandboxStatusRequest { PodSandboxId = id }, PodSandboxStatusParser, [], cancellation);

    /// <summary>One image; a reply without an image where there is none.</summary>
    public Task<GrpcReply<ImageStatusResponse>> ImageStatusAsync(string reference, CancellationToken cancellation) =>
        channel.CallAsync(Images + "ImageStatus", new ImageStatusRequest { Image = new ImageSpec { Image = reference } }, ImageStatusParser, [], cancellation);
}
