namespace TraceeMesh.Enricher.Processes;

/// <summary>The positions for which an answer holds: from the newest fact it used to the oldest later one that would change it.</summary>
public struct Validity
{
    private readonly FactPosition _asked;

    /// <summary>Of an answer that uses nothing yet.</summary>
    /// <param name="asked">Position as of which it is given.</param>
    public Validity(FactPosition asked)
    {
        _asked = asked;
        To = FactPosition.Open;
    }

    /// <summary>First position for which it holds.</summary>
    public FactPosition From { get; private set; }

    /// <summary>First position behind it for which it does not.</summary>
    public FactPosition To { get; private set; }

    /// <summary>Takes account of a fact that was used.</summary>
    public void Uses(FactPosition position) => From = position > From && position <= _asked ? position : From;

    /// <summary>Takes account of a fact that was not seen.</summary>
    public void Passes(in FactStamp stamp, in Viewpoint at)
    {
        if (stamp.IsNever || (at.HasOneTime && stamp.Time > at.Time))
        {
            return;
        }

        if (stamp.Position > _asked)
        {
            To = stamp.Position < To ? stamp.Position : To;
        }
        else
        {
            // It came before and happened later: hidden from this event, not from its neighbours.
            From = _asked;
            To = new FactPosition(_asked.Bits + 1);
        }
    }
}
