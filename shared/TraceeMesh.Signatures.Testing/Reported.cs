using TraceeMesh.Contracts;

namespace TraceeMesh.Signatures.Testing;

/// <summary>What a signature reported.</summary>
/// <param name="Data">Names and values.</param>
public sealed record Reported(IReadOnlyList<(string Name, DataValue Value)> Data)
{
    /// <summary>The value called <paramref name="name"/>, or <see cref="DataValue.Nil"/>.</summary>
    public DataValue this[string name] => Data.FirstOrDefault(d => d.Name == name).Value ?? DataValue.Nil;
}
