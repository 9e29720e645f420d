namespace TraceeMesh.Signatures.BuiltIn;

/// <summary>A data source without which there is no verdict.</summary>
internal static class RequiredSource
{
    private const int KnownVersion = 1;

    /// <summary>Finds it.</summary>
    /// <exception cref="SignatureInitException">It is not there, or of a version that is not known.</exception>
    public static IDataSource Find(ISignatureContext context, string @namespace, string id)
    {
        if (!context.TryGetDataSource(@namespace, id, out var source))
        {
            throw new SignatureInitException($"the data source {@namespace}/{id} is not there");
        }

        return source.Version <= KnownVersion
            ? source
            : throw new SignatureInitException($"the data source {@namespace}/{id} has version {source.Version}; this signature knows {KnownVersion}");
    }
}
