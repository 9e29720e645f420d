using System.Runtime.CompilerServices;
using TraceeMesh.Collector.Framing;
using Xunit;

namespace TraceeMesh.Tests.Unit.Collector;

public sealed class JournalLayoutTests
{
    [Fact]
    public void Notes_OfAsManyCpusAsThereCanBe_FitTheirPlace() => Assert.True(Unsafe.SizeOf<JournalNotes>() <= Journal.NotesRoom);
}
