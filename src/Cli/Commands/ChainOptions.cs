using System.CommandLine;
using Ait.Cli.Asking;
using Ait.Cli.Deploying;
using Ait.Cli.Launching;

namespace Ait.Cli.Commands;

/// <summary>The options by which a command that believes no coordinator finds the chain and the contracts.</summary>
internal sealed class ChainOptions
{
    private readonly Option<string> _state = CommonOptions.State();
    private readonly Option<Uri?> _rpc = CommonOptions.Rpc();
    private readonly Option<string?> _deployment = new("--deployment") { Description = "Where the contracts are (default: deployment.json in the state folder).", HelpName = "FILE" };

    internal void AddTo(Command command)
    {
        command.Add(_state);
        command.Add(_rpc);
        command.Add(_deployment);
    }

    internal StateFolder State(ParseResult parsed) => new(parsed.GetRequiredValue(_state));

    internal async Task<(ChainAccess Chain, Deployment Deployment)> OpenAsync(ParseResult parsed, CancellationToken cancellation)
    {
        StateFolder state = State(parsed);
        Deployment deployment = Deployment.Read(parsed.GetValue(_deployment) ?? state.Deployment);
        ChainAccess chain = await ChainAccess.OpenAsync(parsed.GetValue(_rpc) ?? NetworkRecord.Read(state).Rpc, TimeProvider.System, cancellation).ConfigureAwait(false);
        try
        {
            deployment.RequireChain(chain);
            return (chain, deployment);
        }
        catch
        {
            chain.Dispose();
            throw;
        }
    }
}
