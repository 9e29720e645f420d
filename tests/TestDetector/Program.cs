using TraceeMesh.Detector;
using TraceeMesh.ServiceDefaults;
using TraceeMesh.Signatures;
using TraceeMesh.Tests.Detector;

// A detector to be killed and held up: the real one with the signatures of the tests.
Func<Signature>[] signatures = [() => new CountsToHundred(), () => new Hangs("1"), () => new Hangs("2"), () => new Hangs("3")];
return await MeshHost.RunAsync("detector", args, (host, cancellation) => Pipeline.RunAsync(host, signatures, cancellation));
