using Xunit;

namespace TraceeMesh.Tests.Unit.Repository;

/// <summary>The code that docs/signatures.md shows is the code that tests compile and run, and the SDK shows how each member is used.</summary>
public sealed class ExampleDocumentTests
{
    [Theory]
    [InlineData("UnexpectedImage")]
    [InlineData("ShellInPod")]
    [InlineData("ManyExecs")]
    public void Document_ShowsTheExampleAsItIs(string example)
    {
        var code = File.ReadAllText(Path.Combine(RepositoryFiles.Root, "tests", "TestKit", "Examples", $"{example}.cs"));
        var shown = code[code.IndexOf("public sealed class", StringComparison.Ordinal)..];

        Assert.Contains($"```csharp\n{shown}```", File.ReadAllText(Path.Combine(RepositoryFiles.Root, "docs", "signatures.md")), StringComparison.Ordinal);
    }

    // The typed lookups have their examples where one asks, not at each value of an answer.
    [Fact]
    public void EveryMemberOfTheSdk_HasAnExample()
    {
        var sdk = Path.Combine(RepositoryFiles.Root, "shared", "TraceeMesh.Signatures");
        var missing = Directory.EnumerateFiles(sdk, "*.cs", SearchOption.AllDirectories)
            .Where(f => !Path.GetRelativePath(sdk, f).StartsWith("Lookups", StringComparison.Ordinal) && !File.ReadAllText(f).Contains("internal readonly struct", StringComparison.Ordinal))
            .SelectMany(f => MembersWithoutExample(f).Select(m => $"{Path.GetFileName(f)}: {m}"));

        Assert.Empty(missing);
    }

    private static IEnumerable<string> MembersWithoutExample(string file)
    {
        var documentation = "";
        foreach (var line in File.ReadLines(file).Select(l => l.Trim()))
        {
            var declares = line.StartsWith("public ", StringComparison.Ordinal) || line.StartsWith("protected ", StringComparison.Ordinal);
            if (declares && !documentation.Contains("<example>", StringComparison.Ordinal) && !documentation.Contains("<inheritdoc/>", StringComparison.Ordinal))
            {
                yield return line;
            }

            documentation = line.StartsWith("///", StringComparison.Ordinal) ? documentation + line : "";
        }
    }
}
