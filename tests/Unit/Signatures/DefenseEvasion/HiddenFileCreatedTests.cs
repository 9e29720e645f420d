using TraceeMesh.Contracts.Events;
using TraceeMesh.Signatures.BuiltIn.DefenseEvasion;
using Xunit;

namespace TraceeMesh.Tests.Unit.Signatures.DefenseEvasion;

public sealed class HiddenFileCreatedTests
{
    [Theory]
    [InlineData("/tmp/.x", 1)]
    [InlineData("/tmp/.x/y", 1)]
    [InlineData("/tmp/...", 1)]
    [InlineData("/home/u/.cache/.x", 1)]
    [InlineData("/home/u/.config/x/y", 1)]
    [InlineData(".x", 1)]
    [InlineData("/home/u/.cache/x", 0)]
    [InlineData("/src/.libs/a.so", 0)]
    [InlineData("/tmp/x.y", 0)]
    [InlineData("/tmp/./x", 0)]
    [InlineData("/tmp/../x", 0)]
    [InlineData("", 0)]
    public async Task Write_OfAProgram_FindsHiddenPathsOnly(string path, int findings) => Assert.Equal(findings, (await new HiddenFileCreated().FindingsOn(Written(path, Made.Elf()))).Count);

    [Fact]
    public async Task Write_OfSomethingElse_FindsNothing()
    {
        Assert.Empty(await new HiddenFileCreated().FindingsOn(Written("/tmp/.x", "#!/bin/sh"u8.ToArray())));
        Assert.Empty(await new HiddenFileCreated().FindingsOn(Written("/tmp/.x", [])));
        Assert.Empty(await new HiddenFileCreated().FindingsOn(Written("/tmp/.x.o", Made.Elf(type: 1))));
    }

    [Fact]
    public async Task Write_OfTooLittleToKnowWhatItIs_IsFound() => Assert.Single(await new HiddenFileCreated().FindingsOn(Written("/tmp/.x", Made.Elf()[..6])));

    private static Event Written(string path, byte[] bytes) => EventMaker.Make("magic_write", ("pathname", path), ("bytes", bytes));
}
