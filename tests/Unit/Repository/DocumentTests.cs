using System.Text.RegularExpressions;
using Xunit;

namespace TraceeMesh.Tests.Unit.Repository;

/// <summary>The maps of the repository are true: each link leads somewhere, each room has its page, the README keeps its length.</summary>
public sealed partial class DocumentTests
{
    public static TheoryData<string> Documents => [.. RepositoryFiles.All("*.md").Select(f => Path.GetRelativePath(RepositoryFiles.Root, f))];

    [Theory]
    [MemberData(nameof(Documents))]
    public void EveryLink_LeadsToAFile(string document)
    {
        var folder = Path.GetDirectoryName(Path.Combine(RepositoryFiles.Root, document))!;
        var text = File.ReadAllText(Path.Combine(RepositoryFiles.Root, document));
        foreach (Match match in Link().Matches(text))
        {
            var target = match.Groups[1].Value;
            if (!target.Contains("://", StringComparison.Ordinal))
            {
                Assert.True(Path.Exists(Path.Combine(folder, target)), $"{document} links to {target}, which is not there");
            }
        }
    }

    [Fact]
    public void Readme_HasAtMost120Lines() => Assert.InRange(File.ReadAllLines(Path.Combine(RepositoryFiles.Root, "README.md")).Length, 1, 120);

    [Theory]
    [InlineData("bpf")]
    [InlineData("services/collector")]
    [InlineData("services/enricher")]
    [InlineData("services/detector")]
    [InlineData("services/datasource-api")]
    [InlineData("shared")]
    [InlineData("shared/TraceeMesh.Bus")]
    [InlineData("aspire")]
    [InlineData("tests")]
    [InlineData("docs")]
    public void EveryRoom_HasItsPage(string room) => Assert.True(File.Exists(Path.Combine(RepositoryFiles.Root, room, "README.md")), $"{room} has no README.md");

    [GeneratedRegex(@"\]\(([^)#\s]+)(?:#[^)]*)?\)")]
    private static partial Regex Link();
}
