using Xunit;

namespace TraceeMesh.Tests.Unit.Repository;

public sealed class EventDocumentTests
{
    // TRACEEMESH_WRITE_DOCUMENTS=1 writes it anew.
    [Fact]
    public void EventDocument_IsWhatTheCodeSays()
    {
        var path = Path.Combine(RepositoryFiles.Root, "docs/events.md");
        var text = EventDocument.Write();
        if (Environment.GetEnvironmentVariable("TRACEEMESH_WRITE_DOCUMENTS") == "1")
        {
            File.WriteAllText(path, text);
        }

        Assert.Equal(text, File.ReadAllText(path));
    }
}
