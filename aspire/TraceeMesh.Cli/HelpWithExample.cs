using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace TraceeMesh.Cli;

/// <summary>The help of a command, with an example below it.</summary>
internal sealed class HelpWithExample(HelpAction help) : SynchronousCommandLineAction
{
    /// <summary>An example of each command.</summary>
    public static IReadOnlyDictionary<string, string[]> Examples { get; } = new Dictionary<string, string[]>
    {
        ["up"] = ["tmesh up --detectors 2", "tmesh up --replay build.capture"],
        ["findings"] = ["tmesh findings --since 10m --severity high --json", "tmesh findings --forward https://siem.example/findings --token-file token"],
        ["events"] = ["tmesh events sched_process_exec security_file_open --json"],
        ["status"] = ["tmesh status --json"],
        ["signatures"] = ["tmesh signatures"],
        ["ledger"] = ["tmesh ledger --no-loss --timeout 30s"],
        ["trigger"] = ["tmesh trigger anti_debugging", "tmesh trigger --list"],
        ["demo"] = ["tmesh demo"],
        ["containers"] = ["tmesh containers shop --at 2026-01-31T12:00:00Z"],
        ["processes"] = ["tmesh processes --tree --at 2026-01-31T12:00:00Z"],
        ["dns"] = ["tmesh dns example.com"],
        ["sources"] = ["tmesh sources --json"],
        ["get"] = ["tmesh get tracee containers 4947fb4d7ca4", "tmesh get tracee process_tree '{\"pid\":1}'"],
        ["put"] = ["tmesh put my_namespace threshold_datasource threshold 100", "tmesh put my_namespace threshold_datasource threshold --delete"],
        ["watch"] = ["tmesh watch my_namespace threshold_datasource --json"],
        ["record"] = ["tmesh record --out build.capture --for 60s"],
        ["replay"] = ["tmesh replay build.capture --speed 10x", "tmesh replay build.capture --judge signatures/ > findings", "tmesh replay --from tracee-json events.json"],
        ["diff"] = ["tmesh diff before.findings after.findings"],
        ["explain"] = ["tmesh explain 5f1c2e9a", "tmesh explain --signature anti_debugging --event event.json"],
        ["explain-cgroup"] = ["tmesh explain-cgroup /docker/4947fb4d7ca4b9ab009491b9c3ef23057b2aec52767f6b033f25f5900c897603"],
        ["init-credentials"] = ["tmesh init-credentials --out bus --nodes node-a,node-b"],
        ["init-kubernetes"] = ["tmesh init-kubernetes --out users"],
        ["doctor"] = ["tmesh doctor"],
        ["version"] = ["tmesh version --json"],
        ["completion"] = ["source <(tmesh completion bash)"],
    };

    /// <summary>Puts examples below the help of every command.</summary>
    public static RootCommand AddTo(RootCommand root)
    {
        var option = root.Options.OfType<HelpOption>().Single();
        option.Action = new HelpWithExample((HelpAction)option.Action!);
        return root;
    }

    public override int Invoke(ParseResult parsed)
    {
        var code = help.Invoke(parsed);
        if (Examples.TryGetValue(parsed.CommandResult.Command.Name, out var examples))
        {
            var output = parsed.InvocationConfiguration.Output;
            output.WriteLine("Example:");
            foreach (var example in examples)
            {
                output.WriteLine($"  {example}");
            }

            output.WriteLine();
        }

        return code;
    }
}
