using TraceeMesh.Contracts.Lookups;
using TraceeMesh.Detector.Engine;
using TraceeMesh.Signatures;
using TraceeMesh.TestKit.Signatures;
using Xunit;
using static TraceeMesh.Tests.Unit.Detector.Engine.Some;

namespace TraceeMesh.Tests.Unit.Detector.Engine;

/// <summary>How signatures begin and end, and what they tell of themselves.</summary>
public sealed class LifeTests
{
    [Fact]
    public async Task Signature_FailingToInitialise_IsLeftOut()
    {
        using var bench = new Bench(() => new TestSignature("A") { OnInit = _ => throw new InvalidOperationException("no") }, Finding("B"));

        await bench.Judge(Ptrace());

        Assert.Equal(SignatureState.Failed, bench.Catalog.Signatures[0].State);
        Assert.Single(bench.Found);
    }

    [Fact]
    public async Task Signature_WithoutItsSource_WaitsUntilItAppears()
    {
        using var bench = new Bench(() => new TestSignature("A", (s, e, _) =>
        {
            s.Find(e);
            return default;
        })
        {
            OnInit = context =>
            {
                if (!context.TryGetDataSource("tracee", "containers", out _))
                {
                    throw new SignatureInitException("containers data source not registered");
                }
            },
        });

        await bench.Judge(Ptrace());
        Assert.Equal((SignatureState.Waiting, "containers data source not registered"), (bench.Catalog.Signatures[0].State, bench.Catalog.Signatures[0].Reason));
        Assert.Empty(bench.Found);

        bench.Add(new FixedDataSource("tracee", "containers", _ => Lookup.Failed(LookupStatus.NotFound)));
        await bench.Judge(Ptrace());
        Assert.Equal(SignatureState.Running, bench.Catalog.Signatures[0].State);
        Assert.Single(bench.Found);
    }

    [Fact]
    public async Task Signature_WhoseSourceComesInANewerVersion_PreparesItselfAnew()
    {
        var versions = new List<int>();
        using var bench = new Bench(Cautious(versions));
        bench.Add(new FixedDataSource("test", "words", _ => Lookup.Failed(LookupStatus.NotFound)));
        await bench.Judge(Ptrace());
        bench.Add(new FixedDataSource("test", "others", _ => Lookup.Failed(LookupStatus.NotFound)));
        await bench.Judge(Ptrace());
        Assert.Equal([1, 1], versions);

        bench.Add(new FixedDataSource("test", "words", _ => Lookup.Failed(LookupStatus.NotFound), version: 2));
        await bench.Judge(Ptrace());
        Assert.Equal([1, 1, 2], versions);

        // One that is too new for it is waited out.
        bench.Add(new FixedDataSource("test", "words", _ => Lookup.Failed(LookupStatus.NotFound), version: 3));
        await bench.Judge(Ptrace());
        Assert.Equal((SignatureState.Waiting, "words version 3 not supported"), (bench.Catalog.Signatures[0].State, bench.Catalog.Signatures[0].Reason));
        Assert.Equal([1, 1, 2], versions);

        bench.Add(new FixedDataSource("test", "words", _ => Lookup.Failed(LookupStatus.NotFound), version: 2));
        await bench.Judge(Ptrace());
        Assert.Equal(SignatureState.Running, bench.Catalog.Signatures[0].State);
        Assert.Equal([1, 1, 2, 2], versions);
    }

    [Fact]
    public async Task Signature_ThatDoesWithoutASource_HasItWhenItAppears()
    {
        var found = new List<bool>();
        using var bench = new Bench(() => new TestSignature("A") { OnInit = context => found.Add(context.TryGetDataSource("test", "words", out _)) });
        await bench.Judge(Ptrace());
        await bench.Judge(Ptrace());

        bench.Add(new FixedDataSource("test", "words", _ => Lookup.Failed(LookupStatus.NotFound)));
        await bench.Judge(Ptrace());

        Assert.Equal([false, true], found);
    }

    [Fact]
    public async Task Signature_AtTheEnd_IsToldThatItsSourceIsComplete()
    {
        var told = new List<Signal>();
        using (var bench = new Bench(() => new TestSignature("A") { OnTold = told.Add }))
        {
            await bench.Judge(Ptrace());
            Assert.Empty(told);
        }

        Assert.Equal([new SourceComplete("tracee")], told);
    }

    [Fact]
    public async Task Report_OfASignature_HasItsNumbers()
    {
        using var bench = new Bench(Finding("A"), () => new TestSignature("B", null, new EventSelector("tracee", "sched_process_exit")));

        await bench.Judge(Ptrace(), Ptrace());

        var (a, b) = (bench.Catalog.Report()[0], bench.Catalog.Report()[1]);
        Assert.Equal(("A", "event_A", "1", SignatureState.Running, "", 2, 2, 0), (a.Id, a.EventName, a.Version, a.State, a.Reason, a.Evaluations, a.Findings, a.Errors));
        Assert.True(a.NanosecondsPerEvent > 0);
        Assert.Equal((0, 0, 0, 0), (b.Evaluations, b.Findings, b.Errors, b.NanosecondsPerEvent));
    }

    [Fact]
    public void Catalog_Wanted_IsTheUnionOfTheSelectors()
    {
        using var builtIn = new Bench([.. TraceeMesh.Detector.Loading.SignatureAssembly.Find(typeof(TraceeMesh.Signatures.BuiltIn.DefenseEvasion.AntiDebugging).Assembly)]);
        using var any = new Bench(Finding("A"));

        var wanted = builtIn.Catalog.Wanted();
        Assert.Equal(
            ["cgroup_attach_task", "container_create", "container_enriched", "existing_container", "hooked_proc_fops", "hooked_syscall", "magic_write", "mem_prot_alert", "module_load", "process_vm_writev", "ptrace", "sched_process_exec", "security_file_open", "security_inode_rename", "security_sb_mount", "security_socket_accept", "security_socket_connect", "socket_dup", "switch_task_ns"],
            wanted.Events);
        Assert.True(wanted.Environment);
        Assert.Equal(["*"], any.Catalog.Wanted().Events);
        Assert.False(any.Catalog.Wanted().Environment);
    }

    private static Func<Signature> Cautious(List<int> versions) => () =>
    {
        IDataSource words = null!;
        return new TestSignature("A", (_, _, _) =>
        {
            versions.Add(words.Version);
            return default;
        })
        {
            OnInit = context =>
            {
                context.TryGetDataSource("test", "words", out words);
                if (words.Version > 2)
                {
                    throw new SignatureInitException($"words version {words.Version} not supported");
                }
            },
        };
    };
}
