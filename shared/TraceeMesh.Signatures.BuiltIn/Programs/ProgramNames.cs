using System.Text;

namespace TraceeMesh.Signatures.BuiltIn.Programs;

/// <summary>A few names of programs.</summary>
/// <param name="names">The names.</param>
internal sealed class ProgramNames(params string[] names)
{
    private readonly byte[][] _names = [.. names.Select(Encoding.UTF8.GetBytes)];

    /// <summary>Whether a name is among them.</summary>
    public bool Has(ReadOnlySpan<byte> name)
    {
        foreach (var candidate in _names)
        {
            if (name.SequenceEqual(candidate))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a name is among them.</summary>
    public bool Has(string name) => names.Contains(name);
}
