using System.IO.Pipelines;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace TraceeMesh.Grpc;

/// <summary>A service and the handlers of its methods; a method without one is answered UNIMPLEMENTED.</summary>
/// <param name="descriptor">The service, as protoc describes it.</param>
public sealed class GrpcService(ServiceDescriptor descriptor)
{
    private readonly Dictionary<string, GrpcMethod> _methods = [];

    /// <summary>The service, as protoc describes it.</summary>
    public ServiceDescriptor Descriptor { get; } = descriptor;

    internal IReadOnlyDictionary<string, GrpcMethod> Methods => _methods;

    /// <summary>One message, one reply.</summary>
    public GrpcService Unary<TRequest, TResponse>(string method, Func<TRequest, GrpcCall, Task<TResponse>> handler)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse> =>
        Add(method, async (input, options, gzip, writer, call) =>
        {
            var request = await Requests<TRequest>(input, options, gzip, call).ReadOnlyOneAsync();
            call.IsHandled = true;
            await writer.WriteAsync(await handler(request, call), flush: false);
        });

    /// <summary>Many messages, one reply.</summary>
    public GrpcService ClientStreaming<TRequest, TResponse>(string method, Func<GrpcRequests<TRequest>, GrpcCall, Task<TResponse>> handler)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse> =>
        Add(method, async (input, options, gzip, writer, call) =>
        {
            call.IsHandled = true;
            await writer.WriteAsync(await handler(Requests<TRequest>(input, options, gzip, call), call), flush: false);
        });

    /// <summary>One message, many replies.</summary>
    public GrpcService ServerStreaming<TRequest, TResponse>(string method, Func<TRequest, GrpcResponses<TResponse>, GrpcCall, Task> handler)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse> =>
        Add(method, async (input, options, gzip, writer, call) =>
        {
            var request = await Requests<TRequest>(input, options, gzip, call).ReadOnlyOneAsync();
            call.IsHandled = true;
            await handler(request, new GrpcResponses<TResponse>(writer), call);
        });

    /// <summary>Many messages, many replies, in any order.</summary>
    public GrpcService Bidirectional<TRequest, TResponse>(string method, Func<GrpcRequests<TRequest>, GrpcResponses<TResponse>, GrpcCall, Task> handler)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse> =>
        Add(method, (input, options, gzip, writer, call) =>
        {
            call.IsHandled = true;
            return handler(Requests<TRequest>(input, options, gzip, call), new GrpcResponses<TResponse>(writer), call);
        });

    private static GrpcRequests<TRequest> Requests<TRequest>(PipeReader input, GrpcServerOptions options, bool gzip, GrpcCall call)
        where TRequest : class, IMessage<TRequest>, new() => new(input, options.MaxReceiveBytes, gzip, call.Cancellation) { IsFromClient = true };

    private GrpcService Add(string name, GrpcMethod method)
    {
        _ = Descriptor.FindMethodByName(name) ?? throw new ArgumentException($"{Descriptor.FullName} has no method {name}");
        _methods.Add(name, method);
        return this;
    }
}
