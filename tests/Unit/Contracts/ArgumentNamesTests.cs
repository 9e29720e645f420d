using System.Text.Json;
using System.Text.Json.Nodes;
using TraceeMesh.Contracts.Events;
using Xunit;

namespace TraceeMesh.Tests.Unit.Contracts;

public sealed class ArgumentNamesTests
{
    [Theory]
    [InlineData("openat", "flags", 0x80241, "O_WRONLY|O_CREAT|O_TRUNC|O_CLOEXEC")]
    [InlineData("openat", "flags", 0, "O_RDONLY")]
    [InlineData("open", "flags", 0x410002, "O_RDWR|O_TMPFILE")]
    [InlineData("open", "flags", 0x101001, "O_WRONLY|O_SYNC")]
    [InlineData("openat", "flags", 0x40000001, "O_WRONLY|0x40000000")]
    [InlineData("openat", "dirfd", -100, "AT_FDCWD")]
    [InlineData("openat", "dirfd", 3, null)]
    [InlineData("openat", "mode", 0x1a4, null)]
    [InlineData("mmap", "prot", 7, "PROT_READ|PROT_WRITE|PROT_EXEC")]
    [InlineData("mprotect", "prot", 0, "PROT_NONE")]
    [InlineData("clone", "flags", 0x10000011, "CLONE_NEWUSER|0x11")]
    [InlineData("clone", "flags", 0x11, null)]
    [InlineData("ptrace", "request", 16, "PTRACE_ATTACH")]
    [InlineData("ptrace", "request", -1, null)]
    [InlineData("kill", "sig", 9, "SIGKILL")]
    [InlineData("socket", "domain", 10, "AF_INET6")]
    public void Number_HasItsName(string name, string argument, long value, string? expected)
    {
        var definition = EventCatalog.Find(name)!;

        Assert.Equal(expected, ArgumentNames.Of(definition, definition.IndexOf(argument), value));
    }

    [Fact]
    public void EveryNamedArgument_IsOneOfItsEvent() =>
        Assert.All(ArgumentNames.Named, n => Assert.True(EventCatalog.Find(n.Split('.')[0])!.IndexOf(n.Split('.')[1]) >= 0, n));

    [Fact]
    public void Json_OnRequest_HasNamesInPlaceOfNumbers()
    {
        var e = new Event();
        e.Reset(EventCatalog.Find("kill")!, TraceeMesh.Contracts.Frames.EventFrameHeader.Empty);
        e.SetNumber(0, 4711);
        e.SetNumber(1, 9);

        Assert.Equal("""[{"name":"pid","type":"int","value":4711},{"name":"sig","type":"int","value":9}]""", Arguments(e, named: false));
        Assert.Equal("""[{"name":"pid","type":"int","value":4711},{"name":"sig","type":"const char*","value":"SIGKILL"}]""", Arguments(e, named: true));
    }

    private static string Arguments(Event e, bool named)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            EventJson.WriteArguments(json, e, named);
            json.WriteEndObject();
        }

        return JsonNode.Parse(stream.ToArray())!["args"]!.ToJsonString();
    }
}
