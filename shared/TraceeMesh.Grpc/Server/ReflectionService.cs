using Google.Protobuf;
using Google.Protobuf.Reflection;
using TraceeMesh.Grpc.Reflection.V1;

namespace TraceeMesh.Grpc;

/// <summary>
/// Server reflection in both its versions, which differ in nothing but the package: tools without .proto files ask it what the server offers.
/// </summary>
public sealed class ReflectionService
{
    private const string Method = "ServerReflectionInfo";

    private readonly Dictionary<string, FileDescriptor> _files = [];
    private readonly Dictionary<string, FileDescriptor> _symbols = [];
    private readonly List<string> _services = [];

    /// <summary>Tells of some services, and of itself.</summary>
    public ReflectionService(IEnumerable<GrpcService> services)
    {
        Services =
        [
            new GrpcService(ReflectionReflection.Descriptor.Services[0]).Bidirectional<ServerReflectionRequest, ServerReflectionResponse>(Method, AnswerAsync),
            new GrpcService(Reflection.V1Alpha.ReflectionReflection.Descriptor.Services[0]).Bidirectional<ServerReflectionRequest, ServerReflectionResponse>(Method, AnswerAsync),
        ];
        foreach (var service in services.Concat(Services))
        {
            _services.Add(service.Descriptor.FullName);
            Add(service.Descriptor.File);
        }
    }

    /// <summary>The two services, for the server.</summary>
    public IReadOnlyList<GrpcService> Services { get; }

    private async Task AnswerAsync(GrpcRequests<ServerReflectionRequest> requests, GrpcResponses<ServerReflectionResponse> responses, GrpcCall call)
    {
        while (await requests.ReadAsync())
        {
            await responses.WriteAsync(Answer(requests.Current));
        }
    }

    private ServerReflectionResponse Answer(ServerReflectionRequest request)
    {
        var response = new ServerReflectionResponse { ValidHost = request.Host, OriginalRequest = request };
        switch (request.MessageRequestCase)
        {
            case ServerReflectionRequest.MessageRequestOneofCase.ListServices:
                response.ListServicesResponse = new ListServiceResponse { Service = { _services.Select(s => new ServiceResponse { Name = s }) } };
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileByFilename:
                AnswerFile(response, _files.GetValueOrDefault(request.FileByFilename), request.FileByFilename);
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol:
                AnswerFile(response, _symbols.GetValueOrDefault(request.FileContainingSymbol), request.FileContainingSymbol);
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.AllExtensionNumbersOfType when _symbols.ContainsKey(request.AllExtensionNumbersOfType):
                response.AllExtensionNumbersResponse = new ExtensionNumberResponse { BaseTypeName = request.AllExtensionNumbersOfType };
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.None:
                response.ErrorResponse = Error(GrpcStatusCode.InvalidArgument, "the request asks nothing");
                break;
            default:
                response.ErrorResponse = Error(GrpcStatusCode.NotFound, "there are no extensions of that type");
                break;
        }

        return response;
    }

    private static void AnswerFile(ServerReflectionResponse response, FileDescriptor? file, string name)
    {
        if (file is null)
        {
            response.ErrorResponse = Error(GrpcStatusCode.NotFound, $"{name} is not known here");
            return;
        }

        // With all it imports, so that one question is enough.
        var files = new List<ByteString>();
        var seen = new HashSet<string>();
        var open = new Stack<FileDescriptor>([file]);
        while (open.TryPop(out var next))
        {
            if (seen.Add(next.Name))
            {
                files.Add(next.SerializedData);
                foreach (var dependency in next.Dependencies)
                {
                    open.Push(dependency);
                }
            }
        }

        response.FileDescriptorResponse = new FileDescriptorResponse { FileDescriptorProto = { files } };
    }

    private static ErrorResponse Error(GrpcStatusCode code, string message) => new() { ErrorCode = (int)code, ErrorMessage = message };

    private void Add(FileDescriptor file)
    {
        if (!_files.TryAdd(file.Name, file))
        {
            return;
        }

        foreach (var service in file.Services)
        {
            _symbols[service.FullName] = file;
            foreach (var method in service.Methods)
            {
                _symbols[method.FullName] = file;
            }
        }

        foreach (var message in file.MessageTypes)
        {
            Add(message, file);
        }

        foreach (var type in file.EnumTypes)
        {
            _symbols[type.FullName] = file;
        }

        foreach (var dependency in file.Dependencies)
        {
            Add(dependency);
        }
    }

    private void Add(MessageDescriptor message, FileDescriptor file)
    {
        _symbols[message.FullName] = file;
        foreach (var nested in message.NestedTypes)
        {
            Add(nested, file);
        }

        foreach (var type in message.EnumTypes)
        {
            _symbols[type.FullName] = file;
        }
    }
}
