using System.CommandLine;
using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Cli.Asking;
using Ait.Cli.Deploying;
using Ait.Cli.Launching;
using Ait.Cli.Surroundings;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Cli.Commands;

/// <summary>Slashes operators whose devices failed a canary, as the network's operator. The coordinator does it by itself unless it was told not to.</summary>
internal static class SlashCommand
{
    internal static Command Build(Func<ParseResult, Screen> screenFor)
    {
        var task = new Argument<string>("TASK") { Description = "The task's id. It has ended, and its deadline has not passed." };
        var key = new Option<string?>("--key") { Description = "File with the coordinator's key, which asks it and pays the gas (default: the state folder's).", HelpName = "FILE" };
        Option<Uri?> coordinator = CommonOptions.Coordinator();
        var options = new ChainOptions();
        var canary = new Command("canary", "Burn the bonds of operators whose devices gave a wrong answer to a canary, while its task lives.") { task, key, coordinator };
        options.AddTo(canary);
        canary.SetAction(async (parsed, cancellation) =>
        {
            Hash256 taskId = SeatsCommand.ParseHash("TASK", parsed.GetRequiredValue(task));
            (ChainAccess chain, Deployment deployment) = await options.OpenAsync(parsed, cancellation).ConfigureAwait(false);
            using (chain)
            {
                StateFolder state = options.State(parsed);
                using Secp256k1PrivateKey account = KeyFile.Open(parsed.GetValue(key) ?? state.Key("coordinator"));
                using var api = new CoordinatorApi(parsed.GetValue(coordinator) ?? NetworkRecord.Read(state).Coordinator, TimeProvider.System);
                CanaryResponse found = await api.PostAsync(
                    new NetworkDomain(chain.ChainId, deployment.MiningRegistry), account, "/v1/canaries", new CanaryRequest(taskId),
                    ProtocolJson.Default.CanaryRequest, ProtocolJson.Default.CanaryResponse, cancellation).ConfigureAwait(false);
                return await SlashAsync(screenFor(parsed), chain, deployment.OperatorBond, account, found, cancellation).ConfigureAwait(false);
            }
        });
        return new Command("slash", "Slash operators whose devices failed a canary.") { canary };
    }

    private static async Task<int> SlashAsync(
        Screen screen, ChainAccess chain, Address bond, Secp256k1PrivateKey payer, CanaryResponse found, CancellationToken cancellation)
    {
        List<string[]> rows = [];
        var told = new JsonArray();
        foreach (CanaryFailure failure in found.Failures)
        {
            string outcome = await SlashAsync(chain, bond, payer, Hex.Decode(failure.Call), cancellation).ConfigureAwait(false);
            rows.Add([failure.Seat.ToString(CultureInfo.InvariantCulture), failure.GpuId.ToString(), outcome]);
            told.Add(new JsonObject
            {
                ["seat"] = failure.Seat,
                ["gpuId"] = failure.GpuId.ToString(),
                ["resultHash"] = failure.ResultHash.ToString(),
                ["answer"] = failure.Answer.ToString(),
                ["outcome"] = outcome,
            });
        }

        screen.Table(["seat", "gpu", "outcome"], rows);
        screen.Answer(new JsonObject { ["taskId"] = found.TaskId.ToString(), ["failures"] = told });
        return ExitCode.Done;
    }

    /// <summary>Asks the contract first: what it would refuse costs nothing and is told by its own word.</summary>
    private static async Task<string> SlashAsync(ChainAccess chain, Address bond, Secp256k1PrivateKey payer, byte[] data, CancellationToken cancellation)
    {
        if (await chain.CallAsync(new CallRequest { From = payer.Address, To = bond, Data = data }, BlockTag.Latest, cancellation).ConfigureAwait(false) is CallResult.Reverted reverted)
        {
            return ChainAccess.Explain(reverted).ToString();
        }

        TransactionReceipt receipt = await chain.SendAsync(payer, bond, data, cancellation).ConfigureAwait(false);
        ContractAbi abi = ContractArtifact.Load("OperatorBond").Abi;
        BigInteger burned = BigInteger.Zero;
        foreach (Log log in receipt.Logs)
        {
            if (abi.TryDecodeLog(log.Topics.AsSpan(), log.Data.AsSpan(), out ContractEvent? slashed) && slashed.Name == "OperatorSlashed")
            {
                burned = slashed["burned"].AsBigInteger();
            }
        }

        return $"{Amounts.Text(burned)} AIT burned";
    }
}
