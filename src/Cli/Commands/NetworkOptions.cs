using System.CommandLine;
using Ait.Cli.Asking;

namespace Ait.Cli.Commands;

/// <summary>The three options by which a command finds a running network.</summary>
internal sealed class NetworkOptions
{
    private readonly Option<string> _state = CommonOptions.State();
    private readonly Option<Uri?> _rpc = CommonOptions.Rpc();
    private readonly Option<Uri?> _coordinator = CommonOptions.Coordinator();

    internal void AddTo(Command command)
    {
        command.Add(_state);
        command.Add(_rpc);
        command.Add(_coordinator);
    }

    internal string State(ParseResult parsed) => parsed.GetRequiredValue(_state);

    internal Task<NetworkAccess> OpenAsync(ParseResult parsed, CancellationToken cancellation) =>
        NetworkAccess.OpenAsync(State(parsed), parsed.GetValue(_rpc), parsed.GetValue(_coordinator), cancellation);
}
