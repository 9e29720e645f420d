using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Tests.Kernel.SystemCalls;

/// <summary>Every system call that can be made without harm to the machine.</summary>
public static class CallPlan
{
    /// <summary>The calls that are left out, with the reason.</summary>
    public static readonly IReadOnlyDictionary<string, string> LeftOut = new Dictionary<string, string>
    {
        ["pause"] = "waits for ever",
        ["sigsuspend"] = "the 32-bit one waits for ever",
        ["vhangup"] = "takes the terminal from whoever runs the tests",
        ["sync"] = "waits for every disk of the host",
        ["reboot"] = "a mistake in the test would cost the machine",
        ["kexec_load"] = "a mistake in the test would cost the machine",
        ["kexec_file_load"] = "a mistake in the test would cost the machine",
        ["sigreturn"] = "needs the frame of a 32-bit signal handler, which a 64-bit program has not, as rt_sigreturn by the 32-bit table does",
    };

    private static readonly HashSet<string> Forks = ["fork", "vfork", "clone", "clone3"];

    // Where the general arguments would do something, or nothing worth seeing.
    private static readonly Dictionary<string, string[]> Special = new()
    {
        ["msgget"] = ["n:7ffffff0", "n:0"],
        ["semget"] = ["n:7ffffff0", "n:0", "n:0"],
        ["shmget"] = ["n:7ffffff0", "n:0", "n:0"],
        ["getcwd"] = ["b:4096", "n:1000"],
        ["readlink"] = ["s:link", "b:64", "n:40"],
        ["readlinkat"] = ["n:ffffff9c", "s:link", "b:64", "n:40"],
        ["nanosleep"] = ["t:0,1000", "b:16"],
        ["clock_nanosleep"] = ["n:1", "n:0", "t:0,1000", "b:16"],
        ["open"] = ["s:open", "n:42", "n:1a4"],
        ["creat"] = ["s:creat", "n:1a4"],
        ["setdomainname"] = ["s:domain.test", "n:b"],
        ["sethostname"] = ["s:host.test", "n:9"],
        ["exit"] = ["n:3"],
        ["exit_group"] = ["n:4"],
    };

    /// <summary>The calls of one table.</summary>
    public static IReadOnlyList<PlannedCall> Of(SystemCallAbi abi) =>
    [
        .. from call in SystemCallTable.Calls
           where call.Abi == abi && call.Number < 512
           let name = EventCatalog.Find(call.EventId ?? -1)?.Name
           where name is not null
           where !LeftOut.ContainsKey(name) && !(abi == SystemCallAbi.I386 && name == "rt_sigreturn")
           select PlannedCall.Of(call, abi == SystemCallAbi.I386 && name == "nanosleep" ? Narrow : Special, Forks.Contains(name) ? "f" : name == "rt_sigreturn" ? "s" : "-"),
    ];

    private static Dictionary<string, string[]> Narrow { get; } = new() { ["nanosleep"] = ["T:0,1000", "b:8"] };
}
