using System.Diagnostics;
using Xunit;

namespace TraceeMesh.TestKit.Grpc;

/// <summary>Debian's ordinary Python client of gRPC, with code that protoc generates from the repository's own files.</summary>
public sealed class PythonClient : IDisposable
{
    // Debian's own: another Python before it in the path does not see Debian's packages.
    private const string Python = "/usr/bin/python3";

    private readonly TemporaryDirectory _generated = new();

    private PythonClient()
    {
    }

    /// <summary>What is missing on this machine; null where nothing is.</summary>
    public static string? Missing { get; } = FindMissing();

    /// <summary>Generates a client.</summary>
    /// <param name="protos">The .proto files; each directory is a root of its imports.</param>
    public static async Task<PythonClient> GenerateAsync(params IReadOnlyList<string> protos)
    {
        var client = new PythonClient();
        var roots = protos.Select(p => $"-I{Path.GetDirectoryName(Path.GetFullPath(p))}").Distinct();
        await RunAsync("protoc", [.. roots, $"--python_out={client._generated.Path}", $"--grpc_python_out={client._generated.Path}", "--plugin=protoc-gen-grpc_python=/usr/bin/grpc_python_plugin", .. protos.Select(Path.GetFullPath)]);
        return client;
    }

    /// <summary>Runs a script with the directory of the generated code as its first argument; returns what it printed.</summary>
    public Task<string> RunScriptAsync(string script, params string[] arguments) => RunAsync(Python, [Path.GetFullPath(script), _generated.Path, .. arguments]);

    /// <summary>Starts a script and does not wait for it.</summary>
    public Process StartScript(string script, params string[] arguments) => Start(Python, [Path.GetFullPath(script), _generated.Path, .. arguments]);

    public void Dispose() => _generated.Dispose();

    private static Process Start(string program, IEnumerable<string> arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    private static async Task<string> RunAsync(string program, IEnumerable<string> arguments)
    {
        using var process = Start(program, arguments);
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {await errors}\n{output}");
        return output;
    }

    private static string? FindMissing()
    {
        if (!File.Exists("/usr/bin/protoc") || !File.Exists("/usr/bin/grpc_python_plugin") || !File.Exists("/usr/include/google/protobuf/struct.proto"))
        {
            return "protobuf-compiler-grpc or libprotobuf-dev is not installed";
        }

        using var python = Start(Python, ["-c", "import grpc, google.protobuf"]);
        python.WaitForExit();
        return python.ExitCode == 0 ? null : "python3-grpcio is not installed";
    }
}
