using System.CommandLine;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Commands;

/// <summary><c>tmesh completion</c>: scripts by which shells complete its commands and options; the command itself says what there is.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        # source <(tmesh completion bash)
        _tmesh() {
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:$((COMP_POINT - ${#COMP_WORDS[0]} - 1))]" "${COMP_LINE#* }" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _tmesh tmesh
        """;

    private const string Zsh = """
        #compdef tmesh
        # source <(tmesh completion zsh)
        _tmesh() {
            local -a found
            found=("${(@f)$("${words[1]}" "[suggest:$((CURSOR - ${#words[1]} - 1))]" "${BUFFER#* }" 2>/dev/null)}")
            compadd -- "${found[@]}"
        }
        compdef _tmesh tmesh
        """;

    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = "bash or zsh" };
        shell.AcceptOnlyFromAmong("bash", "zsh");
        var command = new Command("completion", "Print what makes a shell complete tmesh's commands") { shell };
        command.SetAction(parsed =>
        {
            Console.WriteLine(parsed.GetRequiredValue(shell) == "bash" ? Bash : Zsh);
            return ExitCode.Ok;
        });
        return command;
    }
}
