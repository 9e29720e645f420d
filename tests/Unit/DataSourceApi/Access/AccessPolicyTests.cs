using TraceeMesh.DataSourceApi.Access;
using TraceeMesh.ServiceDefaults;
using Xunit;

namespace TraceeMesh.Tests.Unit.DataSourceApi.Access;

public sealed class AccessPolicyTests
{
    [Theory]
    [InlineData("my/threshold", "my", "threshold", true)]
    [InlineData("my/threshold", "my", "other", false)]
    [InlineData("my/*", "my", "other", true)]
    [InlineData("my/*", "my2", "other", false)]
    [InlineData("my/*", "m", "y/other", false)]
    [InlineData("*", "any", "thing", true)]
    public void Grant_CoversWhatItNames(string grant, string @namespace, string id, bool covered)
    {
        var principal = new Principal("p", new Dictionary<AccessAction, IReadOnlyList<string>> { [AccessAction.Write] = [grant] });

        Assert.Equal(covered, principal.May(AccessAction.Write, @namespace, id));
        Assert.False(principal.May(AccessAction.Read, @namespace, id));
    }

    [Theory]
    [InlineData("principals:\n  a:\n    writes: [x/y]\n", 3, "unknown field 'writes'")]
    [InlineData("principals:\n  a:\n    tokens: [secret]\n", 3, "SHA-256")]
    [InlineData("principals:\n  a:\n    write: [everything]\n", 3, "names no source")]
    [InlineData("principals:\n  a:\n    write: x/y\n", 3, "a list of texts")]
    [InlineData("principals:\n  a: 1\n", 2, "a mapping is wanted")]
    [InlineData("principals:\n  a:\n    certificates: [c]\n  b:\n    certificates: [c]\n", 5, "of two principals")]
    [InlineData("users: {}\n", 1, "one mapping 'principals'")]
    public void File_ThatIsNotUnderstood_IsRefusedWithItsLine(string text, int line, string reason)
    {
        var refusal = Assert.Throws<ServiceExitException>(() => AccessPolicyReader.Parse("p.yaml", new StringReader(text)));

        Assert.StartsWith($"p.yaml:{line}: ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }
}
