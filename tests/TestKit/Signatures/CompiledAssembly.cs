using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace TraceeMesh.TestKit.Signatures;

/// <summary>Assemblies made while a test runs, as a signature's author would make them.</summary>
public static class CompiledAssembly
{
    private const string Usings = """
        using System; using System.Collections.Generic; using System.Threading; using System.Threading.Tasks;
        using TraceeMesh.Contracts.Events; using TraceeMesh.Signatures;

        """;

    private static readonly MetadataReference[] References =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(':').Select(path => MetadataReference.CreateFromFile(path))];

    /// <summary>Compiles C#.</summary>
    /// <param name="name">Name of the assembly.</param>
    /// <param name="source">What it holds; the SDK is in use.</param>
    /// <param name="brought">Other assemblies it refers to.</param>
    /// <returns>The bytes of its file.</returns>
    public static byte[] Of(string name, string source, params IEnumerable<byte[]> brought)
    {
        using var image = new MemoryStream();
        var result = CSharpCompilation.Create(
            name,
            [CSharpSyntaxTree.ParseText(Usings + source)],
            [.. References, .. brought.Select(b => MetadataReference.CreateFromImage(b))],
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release)).Emit(image);
        return result.Success ? image.ToArray() : throw new ArgumentException(string.Join('\n', result.Diagnostics));
    }

    /// <summary>An assembly with one signature, which reports every ptrace with its version.</summary>
    /// <param name="id">Id of the signature.</param>
    /// <param name="version">Its version.</param>
    /// <param name="assembly">Name of the assembly.</param>
    /// <param name="selects">What it selects.</param>
    public static byte[] Reporting(string id, string version, string assembly = "Acme", string selects = "ptrace") => Of(assembly, Signature(id, version, selects));

    /// <summary>The source of such a signature.</summary>
    public static string Signature(string id, string version, string selects = "ptrace") => $$"""
        public sealed class Reports_{{id.Replace('-', '_')}} : Signature
        {
            public override SignatureMetadata Metadata { get; } = new("{{id}}", "event_{{id}}") { Version = "{{version}}" };
            public override IReadOnlyList<EventSelector> SelectedEvents { get; } = [new("tracee", "{{selects}}")];
            public override ValueTask OnEvent(Event e, CancellationToken cancellation) { Report(e, ("version", "{{version}}")); return default; }
        }

        """;

    /// <summary>The same assembly as if it had been built against another version of one that it refers to.</summary>
    public static byte[] BuiltAgainst(byte[] assembly, string reference, Version version)
    {
        var changed = assembly.ToArray();
        using var file = new PEReader(new MemoryStream(assembly));
        var metadata = file.GetMetadataReader();
        var handle = metadata.AssemblyReferences.First(r => metadata.GetString(metadata.GetAssemblyReference(r).Name) == reference);
        var row = file.PEHeaders.MetadataStartOffset
            + metadata.GetTableMetadataOffset(TableIndex.AssemblyRef)
            + (metadata.GetTableRowSize(TableIndex.AssemblyRef) * (MetadataTokens.GetRowNumber(handle) - 1));
        foreach (var part in new[] { version.Major, version.Minor, version.Build, version.Revision })
        {
            BitConverter.TryWriteBytes(changed.AsSpan(row), (ushort)Math.Max(part, 0));
            row += sizeof(ushort);
        }

        return changed;
    }
}
