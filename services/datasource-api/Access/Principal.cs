namespace TraceeMesh.DataSourceApi.Access;

/// <summary>Somebody who calls, and what he may do.</summary>
/// <param name="Name">His name.</param>
/// <param name="Grants">For each action the sources: <c>namespace/id</c>, <c>namespace/*</c> or <c>*</c>.</param>
public sealed record Principal(string Name, IReadOnlyDictionary<AccessAction, IReadOnlyList<string>> Grants)
{
    /// <summary>Name of who shows neither token nor certificate.</summary>
    public const string AnonymousName = "anonymous";

    /// <summary>Anybody, where no policy is given: only on loopback, or where the operator insists.</summary>
    public static Principal Anyone { get; } = new(AnonymousName, Enum.GetValues<AccessAction>().ToDictionary(a => a, _ => (IReadOnlyList<string>)["*"]));

    /// <summary>Whether he may do this.</summary>
    public bool May(AccessAction action, string @namespace, string id)
    {
        foreach (var grant in Grants.GetValueOrDefault(action, []))
        {
            if (grant == "*" || (grant.StartsWith(@namespace, StringComparison.Ordinal) && grant.Length > @namespace.Length && grant[@namespace.Length] == '/'
                && (grant.AsSpan(@namespace.Length + 1) is "*" || grant.AsSpan(@namespace.Length + 1).SequenceEqual(id))))
            {
                return true;
            }
        }

        return false;
    }
}
