using TraceeMesh.Contracts.Records;
using TraceeMesh.Enricher.Processes.Storage;

namespace TraceeMesh.Enricher.Processes;

/// <content>The logs of what changes.</content>
public sealed partial class ProcessStore
{
    private FactLog<ImageFact> ImageLog => new(_imageFacts);

    private FactLog<IdentityFact> IdentityLog => new(_identityFacts);

    private FactLog<ParentFact> ParentLog => new(_parentFacts);

    private Chains<ParentFact, ParentFact.Sibling> Children => new(_parentFacts);

    private long Horizon => _now - _retention;

    /// <summary>Notes what a process executes. Takes over the holds on image and container.</summary>
    private void SetImage(int process, in ImageFact fact)
    {
        var number = _imageFacts.Take();
        if (number == 0)
        {
            FactsDropped++;
            ReleaseImage(fact.Image);
            _files.Release(fact.Container);
            return;
        }

        _imageFacts[number] = fact;
        ref var log = ref _processes[process].Image;
        if (ImageLog.Insert(ref log, number) == 0)
        {
            _processes[process].IsShim = fact.Image != 0 && _images[fact.Image].IsShim;
        }

        TellProcess(process, SinceOf(ImageLog, number, fact.At));
        FreeImages(ImageLog.Cut(log, Horizon, _limits.Depth));
    }

    /// <summary>Notes name and owner of a thread.</summary>
    private void SetIdentity(int thread, in IdentityFact fact)
    {
        ref var log = ref _threads[thread].Identity;
        var known = IdentityLog.FindAt(log, fact.At.Time);
        if (known != 0 && IsSame(_identityFacts[known], fact))
        {
            return;
        }

        var number = _identityFacts.Take();
        if (number == 0)
        {
            FactsDropped++;
            return;
        }

        _identityFacts[number] = fact;
        _ = IdentityLog.Insert(ref log, number);
        Name(ref _threads[thread]);
        FreeIdentities(IdentityLog.Cut(log, Horizon, _limits.Depth));
    }

    private static bool IsSame(in IdentityFact x, in IdentityFact y) =>
        x.Uid == y.Uid && x.Gid == y.Gid && RecordReader.Text(in x.Name).SequenceEqual(RecordReader.Text(in y.Name));

    /// <summary>Notes whose child a process is. A dead process is nobody's new parent.</summary>
    private void SetParent(int child, int parent, uint parentPid, in FactStamp at)
    {
        if (parent == 0 || parent == child)
        {
            return;
        }

        Reopen(parent, at);
        ref var entry = ref _processes[child];
        var known = ParentLog.FindAt(entry.Parent, at.Time);
        if ((known != 0 && _parentFacts[known].ParentId == _processes[parent].EntityId)
            || (entry.Parent != 0 && (_processes[parent].Exit.Time <= at.Time || entry.Exit.Time <= at.Time)))
        {
            return;
        }

        var number = _parentFacts.Take();
        if (number == 0)
        {
            FactsDropped++;
            return;
        }

        _parentFacts[number] = new ParentFact { At = at, Until = FactStamp.Never, ParentId = _processes[parent].EntityId, ParentPid = parentPid, Parent = parent, Child = child };
        var newer = ParentLog.Insert(ref entry.Parent, number);
        TellProcess(child, SinceOf(ParentLog, number, at));
        TellProcess(parent, at.Time);
        _processes[parent].LastBirth = Math.Max(_processes[parent].LastBirth, entry.StartTime);
        Children.AddFirst(ref _processes[parent].Children, number);
        RequeueWithChildren(parent);
        Close(number, newer != 0 ? _parentFacts[newer].At : entry.Exit);
        if (_parentFacts[number].Superseded is var older && older != 0)
        {
            Close(older, at);
        }

        FreeParents(ParentLog.Cut(entry.Parent, Horizon, _limits.Depth));
    }

    /// <summary>Whose child a process became after its end, it never was: the record of its end came late.</summary>
    private void DropParentsAfter(ref ProcessEntry entry, long end)
    {
        while (entry.Parent != 0 && _parentFacts[entry.Parent].Superseded is var older && older != 0 && _parentFacts[entry.Parent].At.Time > end)
        {
            var late = entry.Parent;
            if (_parentFacts[late].Parent is var parent && parent != 0)
            {
                TellProcess(parent, end);
            }

            _parentFacts[late].Superseded = 0;
            entry.Parent = older;
            FreeParents(late);
        }
    }

    /// <summary>Says until when somebody was the parent: children that are, are in one chain, former ones in another by their end, latest first.</summary>
    private void Close(int number, in FactStamp until)
    {
        ref var fact = ref _parentFacts[number];
        if (fact.Until == until)
        {
            return;
        }

        var wasOpen = fact.Until.IsNever;
        var since = Math.Min(fact.Until.Time, until.Time);
        fact.Until = until;
        if (fact.Parent == 0)
        {
            return;
        }

        TellProcess(fact.Parent, since);
        ref var parent = ref _processes[fact.Parent];
        Children.Remove(ref (wasOpen ? ref parent.Children : ref parent.FormerChildren), number);
        if (until.IsNever)
        {
            Children.AddFirst(ref parent.Children, number);
            return;
        }

        var next = parent.FormerChildren.First;
        while (next != 0 && until.IsBefore(_parentFacts[next].Until))
        {
            next = Children.Next(next);
        }

        Children.InsertBefore(ref parent.FormerChildren, next, number);
    }

    // The first fact of a log is taken for what was so before it, too, where nothing else is known.
    private static long SinceOf<T>(FactLog<T> log, int number, in FactStamp at)
        where T : unmanaged, IFact => log.IsOldest(number) ? Ever : at.Time;

    private int HoldImage(int image)
    {
        if (image != 0)
        {
            _images[image].Holders++;
        }

        return image;
    }

    private void ReleaseImage(int number)
    {
        if (number == 0 || --_images[number].Holders > 0)
        {
            return;
        }

        ref var image = ref _images[number];
        _files.Release(image.File);
        _files.Release(image.Interpreter);
        _files.Release(image.Interp);
        _texts.Free(image.Command, image.CommandLength);
        _images.Free(number);
    }

    private void FreeImages(int newest)
    {
        for (var number = newest; number != 0;)
        {
            var older = _imageFacts[number].Superseded;
            ReleaseImage(_imageFacts[number].Image);
            _files.Release(_imageFacts[number].Container);
            _imageFacts.Free(number);
            number = older;
        }
    }

    private void FreeIdentities(int newest)
    {
        for (var number = newest; number != 0;)
        {
            var older = _identityFacts[number].Superseded;
            _identityFacts.Free(number);
            number = older;
        }
    }

    private void FreeParents(int newest)
    {
        for (var number = newest; number != 0;)
        {
            ref var fact = ref _parentFacts[number];
            var (older, parent) = (fact.Superseded, fact.Parent);
            if (parent != 0)
            {
                ref var entry = ref _processes[parent];
                Children.Remove(ref (fact.Until.IsNever ? ref entry.Children : ref entry.FormerChildren), number);
                RequeueWithoutChildren(parent);
            }

            _parentFacts.Free(number);
            number = older;
        }
    }
}
