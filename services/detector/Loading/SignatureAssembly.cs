using System.Reflection;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Plugins;
using TraceeMesh.Signatures;

namespace TraceeMesh.Detector.Loading;

/// <summary>Finds the signatures of an assembly: its public, concrete types with a constructor without parameters.</summary>
public static class SignatureAssembly
{
    /// <summary>What signatures share with the detector.</summary>
    public static readonly PluginSdk Sdk = new("detector", typeof(Signature).Assembly, typeof(Event).Assembly);

    /// <summary>What makes an object of each, in order of their names.</summary>
    public static IEnumerable<Func<Signature>> Find(Assembly assembly) => FindTypes(assembly).Select(t => t.Create);

    /// <summary>The name of each type, and what makes an object of it.</summary>
    public static IEnumerable<(string Type, Func<Signature> Create)> FindTypes(Assembly assembly) =>
        from type in assembly.GetExportedTypes()
        where type is { IsAbstract: false } && type.IsSubclassOf(typeof(Signature)) && type.GetConstructor(Type.EmptyTypes) is not null
        orderby type.FullName
        select (type.FullName!, (Func<Signature>)(() => Create(type)));

    // Not wrapped into the exception of reflection: what the constructor says is what people read.
    private static Signature Create(Type type) =>
        (Signature)Activator.CreateInstance(type, BindingFlags.DoNotWrapExceptions | BindingFlags.Public | BindingFlags.Instance, null, null, null)!;
}
