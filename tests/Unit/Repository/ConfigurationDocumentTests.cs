using Xunit;

namespace TraceeMesh.Tests.Unit.Repository;

public sealed class ConfigurationDocumentTests
{
    // TRACEEMESH_WRITE_DOCUMENTS=1 writes it anew.
    [Fact]
    public void ConfigurationDocument_IsWhatTheCodeSays()
    {
        var path = Path.Combine(RepositoryFiles.Root, "docs/configuration.md");
        var text = ConfigurationDocument.Write();
        if (Environment.GetEnvironmentVariable("TRACEEMESH_WRITE_DOCUMENTS") == "1")
        {
            File.WriteAllText(path, text);
        }

        Assert.Equal(text, File.ReadAllText(path));
    }
}
