namespace TraceeMesh.Cli.Findings;

/// <summary>The ids of the last findings: a live subscriber may get a finding again with the same id, and a person should see it once.</summary>
internal sealed class RecentFindings
{
    /// <summary>How many ids are remembered.</summary>
    public const int Capacity = 4096;

    private readonly HashSet<string> _known = [];
    private readonly Queue<string> _order = new();

    /// <summary>Whether the id was not seen among the last ones.</summary>
    public bool IsNew(string id)
    {
        if (!_known.Add(id))
        {
            return false;
        }

        _order.Enqueue(id);
        if (_order.Count > Capacity)
        {
            _known.Remove(_order.Dequeue());
        }

        return true;
    }
}
