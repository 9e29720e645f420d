using TraceeMesh.Contracts;
using Xunit;

namespace TraceeMesh.Tests.Unit.Contracts;

public sealed class MechanismsTests
{
    [Fact]
    public void NothingSwitchedOff_IsNotRefused_WithOrWithoutPermission()
    {
        Assert.Null(Mechanisms.Refuse([], null));
        Assert.Null(Mechanisms.Refuse([], "yes"));
        Assert.Null(Mechanisms.Refusal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("1")]
    public void SwitchedOff_WithoutPermission_IsRefused(string? permission)
    {
        Assert.Contains(Mechanisms.Variable, Mechanisms.Refuse(["pins"], permission), StringComparison.Ordinal);
    }

    [Fact]
    public void SwitchedOff_WithPermission_MustBeAMechanism()
    {
        Assert.Null(Mechanisms.Refuse(["pins", "message-ids"], "yes"));
        Assert.Contains("there is no pin", Mechanisms.Refuse(["pin"], "yes"), StringComparison.Ordinal);
    }

    [Fact]
    public void Names_AreThoseOfTheProperties()
    {
        var properties = typeof(Mechanisms).GetProperties().Where(p => p.PropertyType == typeof(bool)).ToList();
        Assert.Equal(Mechanisms.Names.Count, properties.Count);
        Assert.All(properties, p => Assert.True((bool)p.GetValue(null)!));
    }
}
