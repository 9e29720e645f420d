using TraceeMesh.Contracts.Events;
using TraceeMesh.Signatures;
using TraceeMesh.Signatures.BuiltIn.InitialAccess;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures.InitialAccess;

public sealed class ServiceShellTests
{
    [Fact]
    public async Task Shell_OfAProcessThatAccepted_IsFound()
    {
        using var harness = new SignatureHarness(new ServiceShell(), Made.Tree(("/bin/dash", "", 30), ("/usr/bin/python3", "", 20)));
        await harness.Feed(Accept("0.0.0.0", 1001));

        var found = Assert.Single(await harness.Feed(Made.Exec("/bin/dash", "/bin/sh")));

        Assert.Equal(("/usr/bin/python3", 1), (found["service"].Text, found["generations"].Integer));
    }

    [Fact]
    public async Task Shell_ThatTheServiceBecame_IsFound()
    {
        using var harness = new SignatureHarness(new ServiceShell(), Made.Tree(("/bin/dash", "", 30), ("/usr/bin/bash", "", 20)));
        await harness.Feed(Accept("::", 1000));

        Assert.Single(await harness.Feed(Made.Exec("/bin/dash", "/bin/sh")));
    }

    [Theory]
    [InlineData("0.0.0.0", 1002, 0, "/usr/bin/make")]
    [InlineData("127.0.0.1", 1001, 0, "/usr/bin/make")]
    [InlineData("::1", 1001, 0, "/usr/bin/make")]
    [InlineData("0.0.0.0", 1001, 3_700_000_000_000, "/usr/bin/make")]
    [InlineData("0.0.0.0", 1001, 0, "/usr/sbin/sshd")]
    [InlineData("0.0.0.0", 1001, 0, "/usr/bin/bash")]
    public async Task Shell_OfSomethingElse_IsNotFound(string listening, long accepting, long later, string parent)
    {
        using var harness = new SignatureHarness(new ServiceShell(), Made.Tree(("/bin/dash", "", 30), (parent, "", 20)));
        await harness.Feed(Accept(listening, accepting));
        var shell = Made.Exec("/bin/dash", "/bin/sh");
        shell.Context.Timestamp += later;

        Assert.Empty(await harness.Feed(shell));
    }

    [Fact]
    public async Task Shell_BelowTheHostsFirstProcess_IsNotFound()
    {
        using var harness = new SignatureHarness(new ServiceShell(), Made.Tree(("/bin/dash", "", 30), ("/usr/lib/systemd/systemd", "", 1)));
        await harness.Feed(Accept("0.0.0.0", 1001));

        Assert.Empty(await harness.Feed(Made.Exec("/bin/dash", "/bin/sh")));
    }

    [Fact]
    public async Task Program_OfAServiceThatIsNoShell_IsNotFound()
    {
        using var harness = new SignatureHarness(new ServiceShell(), Made.Tree(("/bin/ls", "", 30), ("/usr/bin/python3", "", 20)));
        await harness.Feed(Accept("0.0.0.0", 1001));

        Assert.Empty(await harness.Feed(Made.Exec("/bin/ls")));
    }

    [Fact]
    public void Signature_WithoutTheTree_SaysSo() => Assert.Contains("tracee/process_tree", Assert.Throws<SignatureInitException>(() => new SignatureHarness(new ServiceShell())).Message, StringComparison.Ordinal);

    private static Event Accept(string ip, long entity)
    {
        var e = EventMaker.Make("security_socket_accept", ("sockfd", 3), ("local_addr", Made.Internet(ip, 80)));
        e.Context.ProcessEntityId = (ulong)entity;
        return e;
    }
}
