using TraceeMesh.Signatures;
using TraceeMesh.Signatures.BuiltIn;

namespace TraceeMesh.Tests.Unit.Signatures;

/// <summary>All signatures that come with the mesh.</summary>
internal static class BuiltInSignatures
{
    /// <summary>Their types, in order of their names.</summary>
    public static IReadOnlyList<Type> Types { get; } =
        [.. typeof(FilteredSignature).Assembly.GetExportedTypes().Where(t => !t.IsAbstract && t.IsSubclassOf(typeof(Signature))).OrderBy(t => t.FullName, StringComparer.Ordinal)];

    /// <summary>A new one.</summary>
    public static Signature Make(Type type) => (Signature)Activator.CreateInstance(type)!;
}
