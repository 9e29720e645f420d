using System.Reflection;
using Xunit.Sdk;

namespace TraceeMesh.Tests.Containers;

/// <summary>Runs a theory with one runtime; where it cannot be had, that case is skipped and says why.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class RuntimeAttribute : DataAttribute
{
    private readonly string _name;

    public RuntimeAttribute(string name)
    {
        _name = name;
        Skip = TestRuntimes.Obstacle(name);
    }

    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => [[_name]];
}
