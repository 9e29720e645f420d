using System.Runtime.CompilerServices;
using TraceeMesh.Contracts.Events;
using TraceeMesh.Signatures;
using TraceeMesh.TestKit.Signatures;

namespace TraceeMesh.Benchmarks.Rows;

/// <summary>What the engine takes for an event of a frame, from its bytes to the last signature's answer; the reference is decoding the event.</summary>
internal sealed class Engine : IBenchmark
{
    public string Name => "engine";

    public string? Obstacle => null;

    public async IAsyncEnumerable<Row> Run(bool quick, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var open = EventMaker.Make("security_file_open", ("pathname", "/usr/lib/x86_64-linux-gnu/libc.so.6"), ("flags", 0x8000), ("dev", 2049), ("inode", 524_301), ("ctime", 1_763_683_200_000_000_000), ("syscall_pathname", "/lib/x86_64-linux-gnu/libc.so.6")).InContainer("270f747aa9815e3e1d0f7a2f8d3c6b5a4e9f0d1c2b3a49586776859493a2b1c0");
        var exit = EventMaker.Make("sched_process_exit", ("exit_code", 0), ("signal_code", 0), ("process_group_exit", true));
        yield return await JudgedFrames.MeasureAsync("engine unselected", 100, exit, Lookers(30, 16), quick, cancellation);
        yield return await JudgedFrames.MeasureAsync("engine 16 of 30 look at an open", 1000, open, Lookers(30, 16), quick, cancellation);
        yield return await JudgedFrames.MeasureAsync("engine 10 signatures", 600, open, Lookers(10, 10), quick, cancellation);
        yield return await JudgedFrames.MeasureAsync("engine 50 signatures", 2500, open, Lookers(50, 50), quick, cancellation);
        yield return await JudgedFrames.MeasureAsync("engine 100 signatures", 4000, open, Lookers(100, 100), quick, cancellation);
        yield return await JudgedFrames.MeasureAsync("engine 100 signatures with filters", 4000, open, Filtering(100), quick, cancellation);
    }

    private static Func<Signature>[] Lookers(int all, int looking) =>
        [.. Enumerable.Range(0, all).Select(i => (Func<Signature>)(() => new Looker(i, new EventSelector("tracee", i < looking ? "security_file_open" : "security_inode_rename"))))];

    private static Func<Signature>[] Filtering(int all) =>
        [.. Enumerable.Range(0, all).Select(i => (Func<Signature>)(() => new Looker(i, new EventSelector("tracee", "security_file_open") { Filters = [ArgumentFilter.Is("pathname", $"/etc/secret{i}")] })))];

    private sealed class Looker(int number, EventSelector selector) : Signature
    {
        private readonly TextArgument _path = new("security_file_open", "pathname");
        private readonly NumberArgument _flags = new("security_file_open", "flags");

        public override SignatureMetadata Metadata { get; } = new($"B-{number:000}", $"bench_{number}");

        public override IReadOnlyList<EventSelector> SelectedEvents { get; } = [selector];

        public override ValueTask OnEvent(Event e, CancellationToken cancellation)
        {
            if (OpenFlags.IsRead(_flags[e]) && _path[e].EndsWith("/randomize_va_space"u8))
            {
                Report(e);
            }

            return default;
        }
    }
}
