using System.Text;
using TraceeMesh.Enricher.Decoding;
using Xunit;

namespace TraceeMesh.Tests.Unit.Enricher.Decoding;

public sealed class RenamePathTests
{
    [Theory]
    [InlineData("/etc", "sudoers", "/etc/sudoers")]
    [InlineData("", "/etc/sudoers", "/etc/sudoers")]
    [InlineData("/etc", "/tmp/x", "/tmp/x")]
    [InlineData("/etc", "./sudoers", "/etc/sudoers")]
    [InlineData("/etc/cron.d", "../sudoers", "/etc/sudoers")]
    [InlineData("/etc", "a//b///c/", "/etc/a/b/c")]
    [InlineData("/", "x", "/x")]
    [InlineData("/etc", "../../../x", "/x")]
    [InlineData("/etc", "..", "/")]
    [InlineData("", "x", "x")]
    [InlineData("", "a/../../x", "../x")]
    [InlineData("", "", "")]
    [InlineData("/etc", "..x/...", "/etc/..x/...")]
    public void Join_DirectoryAndName_GivesTheNormalPath(string directory, string name, string expected)
    {
        var target = new byte[256];

        var path = RenamePath.Join(Encoding.UTF8.GetBytes(directory), Encoding.UTF8.GetBytes(name), target);

        Assert.Equal(expected, Encoding.UTF8.GetString(path));
    }
}
