using System.CommandLine;
using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Chain.Transactions;
using Ait.Cli.Asking;
using Ait.Cli.Deploying;
using Ait.Cli.Launching;
using Ait.Cli.Surroundings;
using Ait.Protocol;

namespace Ait.Cli.Commands;

/// <summary>Letters of a coordinator that never revealed: its bond pays them to the operators that were asked. Only the chain is asked.</summary>
internal static class LetterCommand
{
    internal static Command Build(Func<ParseResult, Screen> screenFor)
    {
        var folder = new Argument<string>("FOLDER") { Description = "Where a miner keeps its letters: `letters` in its state folder." };
        var key = new Option<string?>("--key") { Description = "File with the key of whoever pays the gas (default: the state folder's operator-1).", HelpName = "FILE" };
        var options = new ChainOptions();
        var claim = new Command("claim", "Have the coordinator's bond pay the letters of tasks it let die. The pay goes to the operator of each letter's device.") { folder, key };
        options.AddTo(claim);
        claim.SetAction(async (parsed, cancellation) =>
        {
            Screen screen = screenFor(parsed);
            (ChainAccess chain, Deployment deployment) = await options.OpenAsync(parsed, cancellation).ConfigureAwait(false);
            using (chain)
            {
                using Secp256k1PrivateKey payer = KeyFile.Open(parsed.GetValue(key) ?? options.State(parsed).Key("operator-1"));
                var bond = new CoordinatorBondContract(deployment.CoordinatorBond, chain.Client);
                var mining = new MiningRegistryContract(deployment.MiningRegistry, chain.Client);
                var reader = new SeatLetterReader(
                    new NetworkDomain(chain.ChainId, deployment.MiningRegistry), await CoordinatorsAsync(chain, bond, mining, cancellation).ConfigureAwait(false));
                int unread = 0;
                List<string[]> rows = [];
                var told = new JsonArray();
                foreach (string line in Lines(parsed.GetRequiredValue(folder)))
                {
                    if (!Hex.TryDecode(line, out byte[]? bytes) || !reader.TryVerify(bytes, out SeatLetter? letter, out _))
                    {
                        unread++;
                        continue;
                    }

                    string outcome = await ClaimAsync(chain, bond, payer, letter, cancellation).ConfigureAwait(false);
                    rows.Add([letter.TaskId.ToString(), $"{letter.Assignment.Seat}", outcome]);
                    told.Add(new JsonObject { ["taskId"] = letter.TaskId.ToString(), ["seat"] = letter.Assignment.Seat, ["outcome"] = outcome });
                }

                screen.Table(["task", "seat", "outcome"], rows);
                screen.Answer(new JsonObject { ["letters"] = told, ["unreadable"] = unread });
                return ExitCode.Done;
            }
        });
        return new Command("letter", "Have unanswered seat letters paid from the coordinator's bond.") { claim };
    }

    /// <summary>Whose letters are worth a look: the coordinator's that there is, and everybody's who ever had a bond, for a coordinator that was replaced answers for its own.</summary>
    private static async Task<IReadOnlySet<Address>> CoordinatorsAsync(
        ChainAccess chain, CoordinatorBondContract bond, MiningRegistryContract mining, CancellationToken cancellation)
    {
        var coordinators = new HashSet<Address> { await mining.GetCoordinatorAsync(BlockTag.Latest, cancellation).ConfigureAwait(false) };
        Hash256 deposited = ContractArtifact.Load("CoordinatorBond").Abi.Event("BondDeposited").Topic;
        foreach ((_, ContractEvent found) in await chain.EventsAsync([bond.Address], cancellation, 0, deposited).ConfigureAwait(false))
        {
            coordinators.Add(found["account"].AsAddress());
        }

        return coordinators;
    }

    /// <summary>Lines of every file of letters; one that a crash cut short does not verify and is counted.</summary>
    private static IEnumerable<string> Lines(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new SurroundingsException($"FOLDER wants a folder with letters, found none at '{folder}'. A miner keeps them in `letters` of its state folder.");
        }

        return Directory.GetFiles(folder, "*.letters").Order(StringComparer.Ordinal).SelectMany(File.ReadLines).Where(line => line.Length > 0).Distinct(StringComparer.Ordinal);
    }

    /// <summary>Asks the contract first: what it would refuse costs nothing and is told by its own word.</summary>
    private static async Task<string> ClaimAsync(ChainAccess chain, CoordinatorBondContract bond, Secp256k1PrivateKey payer, SeatLetter letter, CancellationToken cancellation)
    {
        TransactionRequest request = bond.Claim(letter.ToRecord());
        var call = new CallRequest { From = payer.Address, To = bond.Address, Data = request.Data.AsMemory() };
        if (await chain.CallAsync(call, BlockTag.Latest, cancellation).ConfigureAwait(false) is CallResult.Reverted reverted)
        {
            return ChainAccess.Explain(reverted).ToString();
        }

        await chain.SendAsync(payer, bond.Address, request.Data.AsMemory(), cancellation).ConfigureAwait(false);
        return "paid";
    }
}
