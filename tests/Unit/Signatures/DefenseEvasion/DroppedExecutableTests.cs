using TraceeMesh.Contracts.Events;
using TraceeMesh.Signatures.BuiltIn.DefenseEvasion;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures.DefenseEvasion;

public sealed class DroppedExecutableTests
{
    [Theory]
    [InlineData("/tmp/x", 1)]
    [InlineData("/dev/shmx", 1)]
    [InlineData("/dev/shm/x", 0)]
    [InlineData("/run/shm/x", 0)]
    [InlineData("memfd:x", 0)]
    public async Task Write_OfAProgram_FindsFilesOnly(string path, int findings)
    {
        var found = await new DroppedExecutable().FindingsOn(Written(path, Made.Elf(type: 3)).Inside());

        Assert.Equal(findings, found.Count);
        Assert.All(found, f => Assert.Equal(path, f["path"].Text));
    }

    [Fact]
    public async Task Write_OfSomethingElse_FindsNothing()
    {
        Assert.Empty(await new DroppedExecutable().FindingsOn(Written("/tmp/x", "\u007fEL"u8.ToArray()).Inside()));
        Assert.Empty(await new DroppedExecutable().FindingsOn(Written("/tmp/x.o", Made.Elf(type: 1)).Inside()));
    }

    [Fact]
    public async Task Write_OnTheHost_FindsNothing() => Assert.Empty(await new DroppedExecutable().FindingsOn(Written("/tmp/x", Made.Elf())));

    private static Event Written(string path, byte[] bytes) => EventMaker.Make("magic_write", ("pathname", path), ("bytes", bytes));
}
