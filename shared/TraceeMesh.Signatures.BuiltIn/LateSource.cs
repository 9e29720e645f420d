namespace TraceeMesh.Signatures.BuiltIn;

/// <summary>A data source that betters a verdict and that the verdict does not wait for: it is asked from when it is there.</summary>
/// <param name="context">Who has the sources.</param>
/// <param name="id">Its id in <c>tracee</c>.</param>
internal sealed class LateSource(ISignatureContext context, string id)
{
    private IDataSource? _found;

    /// <summary>The source; one that answers <c>unavailable</c> until there is one.</summary>
    public IDataSource Now
    {
        get
        {
            if (_found is not null)
            {
                return _found;
            }

            if (context.TryGetDataSource(EventSelector.Tracee, id, out var source))
            {
                _found = source;
            }

            return source;
        }
    }
}
