using System.Text.Json;
using System.Text.Json.Serialization;

namespace TraceeMesh.Cli.Connection;

/// <summary><c>mesh.json</c>: where a running local mesh listens.</summary>
/// <param name="Nats">The address of the bus, <c>nats://HOST:PORT</c>.</param>
/// <param name="Node">The name of the node.</param>
/// <param name="Http">The address of the console, <c>HOST:PORT</c>.</param>
/// <param name="Grpc">The address of the gRPC API, <c>HOST:PORT</c>.</param>
/// <param name="Pid">The process that runs the mesh.</param>
public sealed record MeshFile(string Nats, string Node, string Http, string Grpc, int Pid)
{
    /// <summary>Null when there is none.</summary>
    public static MeshFile? Read(StateDirectory state)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(state.MeshFile), ConnectionJson.Default.MeshFile);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new CommandException(Contracts.ExitCode.Failure, $"{state.MeshFile} cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Appears whole or not at all.</summary>
    public void Write(StateDirectory state)
    {
        var fresh = state.MeshFile + ".new";
        File.WriteAllBytes(fresh, JsonSerializer.SerializeToUtf8Bytes(this, ConnectionJson.Default.MeshFile));
        File.Move(fresh, state.MeshFile, overwrite: true);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(MeshFile))]
[JsonSerializable(typeof(BusCredentials))]
internal sealed partial class ConnectionJson : JsonSerializerContext;
