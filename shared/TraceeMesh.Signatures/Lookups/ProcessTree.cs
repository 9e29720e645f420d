using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Lookups;

namespace TraceeMesh.Signatures;

/// <summary>Asks the data source <c>tracee/process_tree</c>, as of the event being judged.</summary>
public static class ProcessTree
{
    extension(IDataSource source)
    {
        /// <summary>The process an event happened in.</summary>
        /// <param name="e">The event being judged.</param>
        /// <param name="cancellation">Ends the wait.</param>
        /// <example><code>var path = (await tree.GetProcess(e, cancellation)).Process.Executable.Path;</code></example>
        public ValueTask<ProcessLookup> GetProcess(Event e, CancellationToken cancellation = default) =>
            source.GetProcess(e, e.Context.ProcessEntityId, cancellation);

        /// <summary>A process by its entity id.</summary>
        /// <param name="e">The event being judged.</param>
        /// <param name="entityId">Entity id, such as the event's parentEntityId.</param>
        /// <param name="cancellation">Ends the wait.</param>
        public async ValueTask<ProcessLookup> GetProcess(Event e, ulong entityId, CancellationToken cancellation = default) =>
            new(await source.Get(e, LookupKey.Process(entityId), cancellation));

        /// <summary>The thread an event happened in.</summary>
        /// <param name="e">The event being judged.</param>
        /// <param name="cancellation">Ends the wait.</param>
        /// <example><code>var name = (await tree.GetThread(e, cancellation)).Thread.Name;</code></example>
        public ValueTask<ThreadLookup> GetThread(Event e, CancellationToken cancellation = default) =>
            source.GetThread(e, e.Context.ThreadEntityId, cancellation);

        /// <summary>A thread by its entity id.</summary>
        /// <param name="e">The event being judged.</param>
        /// <param name="entityId">Entity id of the thread.</param>
        /// <param name="cancellation">Ends the wait.</param>
        public async ValueTask<ThreadLookup> GetThread(Event e, ulong entityId, CancellationToken cancellation = default) =>
            new(await source.Get(e, LookupKey.Thread(entityId), cancellation));

        /// <summary>The process an event happened in, and its ancestors.</summary>
        /// <param name="e">The event being judged.</param>
        /// <param name="maxDepth">Ancestors wanted at most.</param>
        /// <param name="cancellation">Ends the wait.</param>
        /// <example>
        /// <code>
        /// var lineage = await tree.GetLineage(e, 2, cancellation);
        /// if (lineage.Count > 1 &amp;&amp; lineage[1].Executable.Path == "/usr/sbin/nginx") Report(e);
        /// </code>
        /// </example>
        public async ValueTask<LineageLookup> GetLineage(Event e, int maxDepth, CancellationToken cancellation = default) =>
            new(await source.Get(e, LookupKey.Lineage(e.Context.ProcessEntityId, maxDepth), cancellation));

        /// <summary>The children, alive then, of the process an event happened in: two questions, whatever their number.</summary>
        /// <param name="e">The event being judged.</param>
        /// <param name="cancellation">Ends the wait.</param>
        /// <returns>How it ended, and the children that are still known.</returns>
        public async ValueTask<(LookupStatus Status, IReadOnlyList<ProcessInfo> Children)> GetChildren(Event e, CancellationToken cancellation = default)
        {
            var parent = await source.GetProcess(e, cancellation);
            if (!parent.Found)
            {
                return (parent.Status, []);
            }

            var children = new List<ProcessInfo>();
            foreach (var keys in parent.Process.Children.Select(static c => LookupKey.Process(c.Value)).Chunk(Limits.LookupKeys))
            {
                foreach (var child in await source.GetAll(e, keys, cancellation))
                {
                    if (child.Found)
                    {
                        children.Add(new ProcessLookup(child).Process);
                    }
                    else if (child.Status is LookupStatus.Unavailable or LookupStatus.Timeout)
                    {
                        return (child.Status, children);
                    }
                }
            }

            return (LookupStatus.Found, children);
        }
    }
}
