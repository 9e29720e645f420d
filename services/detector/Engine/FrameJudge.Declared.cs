using TraceeMesh.Contracts;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Contracts.Frames;
using TraceeMesh.Detector.Lookups;
using TraceeMesh.MessagePack;

namespace TraceeMesh.Detector.Engine;

/// <content>Declared questions: asked for the whole frame before its first event is judged.</content>
public sealed partial class FrameJudge
{
    private readonly DeclaredAnswers _declared = new();
    private readonly Event _ahead = new();

    private void Gather(SelectionPlan plan)
    {
        plan.Next();
        foreach (ref readonly var entry in plan.Entries)
        {
            if (entry.Signature.Loaded.DeclaredLookups.Count == 0 || entry.Signature.Ended || !plan.Selects(in entry, _ahead))
            {
                continue;
            }

            // A key is made by the signature's own code, which the fence watches like any other of it.
            Volatile.Write(ref _progress, _progress + 1);
            Volatile.Write(ref _thread, RunQueue.ThisThread);
            Volatile.Write(ref _current, entry.Signature);
            try
            {
                Gather(entry.Signature);
            }
            catch (Exception x)
            {
                Fail(entry.Signature, _ahead, x);
            }

            Volatile.Write(ref _current, null);
            if (_revoked)
            {
                throw new OperationCanceledException("the judgement was taken away while a signature did not come back");
            }
        }
    }

    private void Gather(SignatureInstance signature)
    {
        foreach (var declared in signature.Loaded.DeclaredLookups)
        {
            if (declared.Key(_ahead) is { } key && _parts.Sources.TryGet(declared.Namespace, declared.Id, out var source) && source is IFrameSource asked)
            {
                _declared.Add(asked, _ahead, key);
            }
        }
    }
}
