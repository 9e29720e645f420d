using System.Text.Json.Nodes;
using TraceeMesh.Bus;
using TraceeMesh.TestKit;
using TraceeMesh.TestKit.Grpc;
using TraceeMesh.Tests.Kernel.WholeMesh;
using Xunit;

namespace TraceeMesh.Tests.Kernel.DataSources;

/// <summary>Four clients write in parallel, each with the ordinary client of another language; a signature reads the last value when each ends.</summary>
[Collection(WholeMeshCollection.Name)]
public sealed class WriterTests(SharedMesh shared)
{
    private const int Writers = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    [PythonGrpcFact]
    public async Task LastValueOfEachWriter_IsReadWhenItEnds()
    {
        await using var reader = await BusConnection.ConnectAsync(new BusOptions { Urls = [shared.Mesh.NatsUrl] });
        using var findings = reader.Subscribe($"tracee.findings.info.written_value.{LiveMesh.Node}");
        await reader.FlushAsync(Patience);
        using var client = await PythonClient.GenerateAsync(SourceTree.File("services/datasource-api/Protos/tracee/v1beta1/datasource.proto"));
        await using var detector = await OwnDetector.StartAsync(shared.Mesh, () => new WrittenValue());

        // mesh ready: nats://... grpc HOST:PORT ...
        var address = shared.Mesh.ReadyLine.Split(' ')[4];
        await detector.JudgesAsync(findings, () => WriteAsync(client, address, 1));
        var open = (await WriteAsync(client, address, Writers)).ToHashSet();
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        while (open.Count > 0)
        {
            using var message = await findings.ReadAsync(patience.Token) ?? throw new InvalidOperationException("the connection was closed");
            var finding = JsonNode.Parse(message.Payload)!.AsObject();
            Assert.Equal("moment", (string?)finding.Argument("answer"));
            open.Remove((int)finding["hostProcessId"]!);
        }
    }

    // Writers in parallel; each writes all it has before it ends.
    private static async Task<int[]> WriteAsync(PythonClient client, string address, int count)
    {
        var script = SourceTree.File("tests/Kernel/DataSources/writer.py");
        var writers = Enumerable.Range(0, count).Select(_ => client.StartScript(script, address)).ToArray();
        foreach (var writer in writers)
        {
            var errors = await writer.StandardError.ReadToEndAsync();
            await writer.WaitForExitAsync();
            Assert.True(writer.ExitCode == 0, errors);
        }

        return [.. writers.Select(w => w.Id)];
    }
}
