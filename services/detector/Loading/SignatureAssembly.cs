using System.Reflection;
using TraceeMesh.Signatures;

namespace TraceeMesh.Detector.Loading;

/// <summary>Finds the signatures of an assembly: its public, concrete types with a constructor without parameters.</summary>
public static class SignatureAssembly
{
    /// <summary>A factory for each.</summary>
    public static IEnumerable<Func<Signature>> Find(Assembly assembly) =>
        from type in assembly.GetExportedTypes()
        where type is { IsAbstract: false } && type.IsSubclassOf(typeof(Signature)) && type.GetConstructor(Type.EmptyTypes) is not null
        orderby type.FullName
        select (Func<Signature>)(() => (Signature)Activator.CreateInstance(type)!);
}
