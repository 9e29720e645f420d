using TraceeMesh.Contracts;
using TraceeMesh.DataSourceApi.Sources;
using TraceeMesh.ServiceDefaults;
using TraceeMesh.TestKit;
using Xunit;

namespace TraceeMesh.Tests.Unit.DataSourceApi.Sources;

public sealed class SourceFileTests
{
    [Fact]
    public void ShippedFiles_DeclareTheTwoSourcesOfTheDocumentation()
    {
        var sources = SourceCatalog.Load([SourceTree.File("services/datasource-api/sources")]).ToDictionary(s => s.Name);

        Assert.Equal(["e2e_inst/demo", "my_namespace/threshold_datasource", "traceemesh/allowed_images"], sources.Keys.Order(StringComparer.Ordinal));
        var demo = sources["e2e_inst/demo"];
        Assert.Equal((FieldType.Text, "string", 1024, Eviction.LeastRecentlyUsed, """{"value":"string"}"""), (demo.Key, demo.Values, demo.Capacity, demo.Eviction, demo.Schema));
        var threshold = sources["my_namespace/threshold_datasource"];
        Assert.Equal(("int", """{"threshold":"int"}""", DataValue.Of("threshold")), (threshold.Values, threshold.Schema, Assert.Single(threshold.Keys)));
    }

    [Theory]
    [InlineData("namespace: a\nid: b\ncapasity: 1\n", 3, "unknown field 'capasity'")]
    [InlineData("namespace: a\nid: b\nid: c\n", 3, "Duplicate key")]
    [InlineData("id: b\n", 1, "'namespace' is a text")]
    [InlineData("namespace: a\nid: b\nvalue: integer\n", 3, "'value' is of type 'integer'")]
    [InlineData("namespace: a\nid: b\nkey: any\n", 3, "a key is string, int or bool")]
    [InlineData("namespace: a\nid: b\ncapacity: 0\n", 3, "'capacity' is a number of 1")]
    [InlineData("namespace: a\nid: b\nttl: 1.5\n", 3, "'ttl' is a number")]
    [InlineData("namespace: a\nid: b\neviction: lru\n", 3, "eviction 'lru'")]
    [InlineData("namespace: a\nid: b\nschema: {x: int}\nfield: y\n", 4, "has no 'value' and no 'field'")]
    [InlineData("namespace: a\nid: b\nschema:\n  x: number\n", 4, "is no field of a schema")]
    [InlineData("namespace: a\nid: b\nkey: int\nkeys: [1, two]\n", 4, "'two' is no key of type int")]
    [InlineData("- a\n", 1, "one YAML mapping")]
    [InlineData("", 1, "one YAML mapping")]
    [InlineData("namespace: [a\n", 2, "")]
    [InlineData("a: &x [*x]\n", 1, "")]
    public void File_ThatIsNotUnderstood_IsRefusedWithItsLine(string text, int line, string reason)
    {
        var refusal = Assert.Throws<ServiceExitException>(() => SourceFileReader.Parse("f.yaml", new StringReader(text)));

        Assert.Equal(ExitCode.Usage, refusal.ExitCode);
        Assert.StartsWith($"f.yaml:{line}: ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refusal.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("namespace: a\nid: b\n", "is declared already in")]
    [InlineData("namespace: a\nid: 'b'\nversion: 2\n", "is declared already in")]
    [InlineData("namespace: tracee\nid: containers\n", "the mesh's own")]
    public void SecondFile_OfTheSameName_IsRefusedNamingBoth(string text, string reason)
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["1.yaml"], "namespace: a\nid: b\n");
        File.WriteAllText(directory["2.yaml"], text);

        var refusal = Assert.Throws<ServiceExitException>(() => SourceCatalog.Load([directory.Path]));

        Assert.StartsWith($"{directory["2.yaml"]}:1: ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_ThatBecomeOneSubject_AreRefused()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["1.yaml"], "namespace: a.b\nid: c\n");
        File.WriteAllText(directory["2.yaml"], "namespace: a_b\nid: c\n");

        Assert.Contains("on the bus both are called a_b.c", Assert.Throws<ServiceExitException>(() => SourceCatalog.Load([directory.Path])).Message, StringComparison.Ordinal);
    }
}
