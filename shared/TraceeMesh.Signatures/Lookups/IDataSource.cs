using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;

namespace TraceeMesh.Signatures;

/// <summary>Answers questions about the past of an event.</summary>
/// <example>
/// <code>
/// var container = await containers.Get(e, e.Container.Id, cancellation);
/// if (container.Found) Report(e, ("image", container.GetString("container_image")));
/// </code>
/// </example>
public interface IDataSource
{
    /// <summary>Its namespace; <c>tracee</c> is the mesh's own.</summary>
    public string Namespace { get; }

    /// <summary>Its name inside the namespace.</summary>
    public string Id { get; }

    /// <summary>Raised when its answers change in a way that breaks readers; refuse one above what you know.</summary>
    public int Version { get; }

    /// <summary>The names and types of its answers, one flat JSON object.</summary>
    public string Schema { get; }

    /// <summary>The kinds of key it takes, for people.</summary>
    public IReadOnlyList<string> Keys { get; }

    /// <summary>Asks for one key as of the event: everything before it, nothing after it. Failures are named in the result; nothing is thrown for them.</summary>
    /// <param name="e">The event being judged; it gives node and position.</param>
    /// <param name="key">A text, an integer, a bool or a map.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public ValueTask<Lookup> Get(Event e, LookupKey key, CancellationToken cancellation = default);

    /// <summary>Asks for several keys as of the event, in one go where the source can.</summary>
    /// <param name="e">The event being judged; it gives node and position.</param>
    /// <param name="keys">Texts, integers, bools or maps.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The answers, in the order of the keys.</returns>
    public async ValueTask<IReadOnlyList<Lookup>> GetAll(Event e, IReadOnlyList<LookupKey> keys, CancellationToken cancellation = default)
    {
        var answers = new Lookup[keys.Count];
        for (var i = 0; i < answers.Length; i++)
        {
            answers[i] = await Get(e, keys[i], cancellation);
        }

        return answers;
    }
}
