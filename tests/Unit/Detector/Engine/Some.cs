using TraceeMesh.Contracts.Events;
using TraceeMesh.Signatures;
using TraceeMesh.TestKit.Signatures;

namespace TraceeMesh.Tests.Unit.Detector.Engine;

/// <summary>Events and signatures that tests of the engine have in common.</summary>
internal static class Some
{
    /// <summary>A call of ptrace.</summary>
    public static Event Ptrace() => EventMaker.Make("ptrace", ("request", 0));

    /// <summary>A signature that reports each event.</summary>
    public static Func<Signature> Finding(string id) => () => new TestSignature(id, (s, e, _) =>
    {
        s.Find(e);
        return default;
    });
}
