using System.Net.Sockets;
using System.Runtime.InteropServices;
using TraceeMesh.Enricher.Containers;
using TraceeMesh.Enricher.Containers.Runtimes;
using TraceeMesh.Enricher.Containers.Runtimes.Containerd;
using TraceeMesh.Enricher.Containers.Runtimes.Cri;
using TraceeMesh.Enricher.Containers.Runtimes.Docker;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Unit.Enricher.Runtimes;

/// <summary>A runtime's socket that the enricher's user may not use. Nothing runs beside it: to root nothing is forbidden, so the whole process is nobody meanwhile.</summary>
[Collection(Name)]
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed partial class ForbiddenSocketTests
{
    private const string Name = "another user";
    private const int Nobody = 65534;

    [Theory]
    [InlineData("docker")]
    [InlineData("containerd")]
    [InlineData("crio")]
    public async Task Ask_SocketIsAnothers_IsRefusedAndSaysSo(string name)
    {
        using var directory = new TemporaryDirectory();
        var path = directory["runtime.sock"];
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        File.SetUnixFileMode(path, UnixFileMode.None);
        await using var runtime = Open(name, path);
        await using var absent = Open(name, directory["absent.sock"]);

        // Loads what the question needs while everything may be read.
        Assert.Equal(RuntimeStatus.Unreachable, (await absent.AskAsync("abc", CancellationToken.None)).Status);

        var isRoot = Environment.IsPrivilegedProcess;
        Assert.Equal(0, isRoot ? SetEffectiveUser(Nobody) : 0);
        RuntimeAnswer answer;
        try
        {
            answer = await runtime.AskAsync("abc", CancellationToken.None);
        }
        finally
        {
            Assert.Equal(0, isRoot ? SetEffectiveUser(0) : 0);
        }

        Assert.Equal(RuntimeStatus.Refused, answer.Status);
        Assert.Contains("denied", answer.Reason, StringComparison.OrdinalIgnoreCase);
    }

    private static IContainerRuntime Open(string name, string path) => name switch
    {
        "docker" => new DockerRuntime(ContainerRuntime.Docker, path),
        "containerd" => new ContainerdRuntime(path),
        _ => new CrioRuntime(path),
    };

    // Of all threads of the process.
    [LibraryImport("libc", EntryPoint = "seteuid")]
    private static partial int SetEffectiveUser(int user);
}
