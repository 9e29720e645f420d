using System.CommandLine;
using TraceeMesh.Cli.Connection;

namespace TraceeMesh.Cli.Commands;

/// <summary>How commands reach datasource-api.</summary>
internal sealed class ConsoleOptions
{
    private readonly Option<string?> _console = new("--console") { Description = "Address of datasource-api, http://HOST:PORT [default: from the state directory]" };
    private readonly Option<string?> _tokenFile = new("--token-file") { Description = "File with a token, where a policy asks who somebody is" };
    private readonly Option<string?> _stateDirectory = CommonOptions.StateDirectory();

    public void AddTo(Command command)
    {
        command.Options.Add(_console);
        command.Options.Add(_tokenFile);
        command.Options.Add(_stateDirectory);
    }

    public ConsoleApi Open(ParseResult parsed) => new(parsed.GetValue(_console), parsed.GetValue(_tokenFile), parsed.GetValue(_stateDirectory));
}
