using Xunit;

namespace TraceeMesh.Tests.Browser;

/// <summary>Tests that look at one mesh, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class ConsoleCollection : ICollectionFixture<ConsoleFixture>
{
    public const string Name = "console";
}
