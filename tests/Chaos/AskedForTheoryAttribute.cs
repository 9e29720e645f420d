using Xunit;

namespace TraceeMesh.Tests.Chaos;

/// <summary>A theory that takes minutes, so it runs where chaos is asked for by name (<c>./mesh test chaos</c>).</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class AskedForTheoryAttribute : TheoryAttribute
{
    public AskedForTheoryAttribute()
    {
        if (StormTests.Asked is null)
        {
            Skip = "takes minutes: ./mesh test chaos runs it";
        }
    }
}
