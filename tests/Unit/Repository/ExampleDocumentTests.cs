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
}
