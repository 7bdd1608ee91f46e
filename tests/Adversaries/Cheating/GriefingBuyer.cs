using System.Numerics;
using Ait.Chain;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Protocol;

namespace Ait.Adversaries.Cheating;

/// <summary>Redeems for work that cannot be run, spends its credit twice, takes it away from under work, and wants its AIT back.</summary>
internal sealed class GriefingBuyer : Bot
{
    private const ulong Units = 50;
    private const ulong Micro = Units * ComputeUnits.MicroPerUnit;
    private const ulong Life = 3 * 3600;

    internal override string Name => "griefing buyer";

    internal override string Attempt => "redeems for a task nobody can run, spends credit twice, moves it away from under work";

    internal override string Twin => "a buyer who redeems as much and is served";

    internal override string Defence => "AIT is burned first and never given back";

    internal override async Task<Outcome> PlayAsync(World world, CancellationToken cancellation)
    {
        BigInteger spent = Units * World.Unit;
        Hash256 unrunnable = Keccak256.Hash("a workload that no engine runs"u8);
        Hash256 sound = Keccak256.Hash("a workload that runs"u8);

        // The twin redeems as much for one task and is served.
        BigInteger honest = await world.PlayAsync(
            async () =>
            {
                Secp256k1PrivateKey buyer = await BuyerAsync(world, spent, [sound], cancellation).ConfigureAwait(false);
                await world.SendAsync(buyer, world.Mining.Redeem(spent, sound), cancellation).ConfigureAwait(false);
                QueuedBatch batch = await world.CommitAsync([new TaskTerms(Units, sound, buyer.Address)], Life, cancellation).ConfigureAwait(false);
                await world.LetClocksRunAsync(batch, cancellation).ConfigureAwait(false);
                await world.SendAsync(world.Coordinator, world.Settle(batch, world.HonestSettlement(batch, 0)), cancellation).ConfigureAwait(false);
                return await world.WealthAsync([buyer.Address], cancellation).ConfigureAwait(false) - spent;
            },
            cancellation).ConfigureAwait(false);
        return await world.PlayAsync(
            async () =>
            {
                Secp256k1PrivateKey buyer = await BuyerAsync(world, spent, [sound, unrunnable], cancellation).ConfigureAwait(false);
                Address[] others = [world.Coordinator.Address, world.Governor.Address, .. world.Devices.Select(device => device.Owner)];
                BigInteger theirs = await world.WealthAsync(others, cancellation).ConfigureAwait(false);
                List<string> refused =
                [
                    await world.RefusalAsync(buyer, world.Mining.Redeem(1, sound), cancellation).ConfigureAwait(false),
                    await world.RefusalAsync(buyer, world.Mining.Redeem(spent, Keccak256.Hash("a workload that nobody opened"u8)), cancellation).ConfigureAwait(false),
                ];
                await world.SendAsync(buyer, world.Mining.Redeem(spent, unrunnable), cancellation).ConfigureAwait(false);

                // Nobody can run it: it ends void, nothing is minted, and the credit is where it was.
                QueuedBatch futile = await world.CommitAsync([new TaskTerms(Units, unrunnable, buyer.Address)], Life, cancellation).ConfigureAwait(false);
                await world.TravelToAsync(futile.Tasks[0].Deadline + 1, cancellation).ConfigureAwait(false);
                ulong left = await world.Mining.GetCreditOfAsync(buyer.Address, unrunnable, BlockTag.Latest, cancellation).ConfigureAwait(false);

                // The credit moves to work that runs, later than any task lives; AIT it does not become.
                await world.SendAsync(buyer, world.CreditMoves.RequestMove(unrunnable, sound, left), cancellation).ConfigureAwait(false);
                refused.Add(await world.RefusalAsync(buyer, world.CreditMoves.CompleteMove(buyer.Address, unrunnable), cancellation).ConfigureAwait(false));
                await world.TravelAsync(await world.CreditMoves.GetDelayAsync(BlockTag.Latest, cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);
                await world.SendAsync(buyer, world.CreditMoves.CompleteMove(buyer.Address, unrunnable), cancellation).ConfigureAwait(false);
                BigInteger harm = theirs - await world.WealthAsync(others, cancellation).ConfigureAwait(false);
                ulong moved = await world.Mining.GetCreditOfAsync(buyer.Address, sound, BlockTag.Latest, cancellation).ConfigureAwait(false);
                BigInteger lost = spent - await world.WealthAsync([buyer.Address], cancellation).ConfigureAwait(false);
                if (left != Micro || moved != Micro || harm != 0)
                {
                    throw new InvalidOperationException($"expected {Micro} micro-CU of credit before and after and no harm, found {left}, {moved} and {harm} wei.");
                }

                // Two tasks on one credit: who serves both is told by the settlement, before anything is minted for the second.
                QueuedBatch twice = await world.CommitAsync([.. Enumerable.Repeat(new TaskTerms(Units, sound, buyer.Address), 2)], Life, cancellation).ConfigureAwait(false);
                await world.LetClocksRunAsync(twice, cancellation).ConfigureAwait(false);
                await world.SendAsync(world.Coordinator, world.Settle(twice, world.HonestSettlement(twice, 0)), cancellation).ConfigureAwait(false);
                refused.Add(await world.RefusalAsync(world.Coordinator, world.Settle(twice, world.HonestSettlement(twice, 1)), cancellation).ConfigureAwait(false));
                return new Outcome(
                    [.. refused],
                    Earned: 0,
                    Cost: lost,
                    Honest: honest,
                    Spared: 0,
                    Gas: world.GasOf(buyer.Address),
                    [$"its {Amount.Text(spent)} AIT are burned as its twin's are; the void task left its {Units} CU of credit, which bought one task of other work; others lost {Amount.Text(harm)} AIT by it"]);
            },
            cancellation).ConfigureAwait(false);
    }

    /// <summary>A new account with AIT, and the workloads it may redeem for.</summary>
    private static async Task<Secp256k1PrivateKey> BuyerAsync(World world, BigInteger amount, Hash256[] workloads, CancellationToken cancellation)
    {
        Secp256k1PrivateKey buyer = await world.AccountAsync(cancellation).ConfigureAwait(false);
        await world.SendAsync(world.Governor, world.Token.Transfer(buyer.Address, amount), cancellation).ConfigureAwait(false);
        await world.SendAsync(world.Coordinator, world.Mining.OpenWorkloads([.. workloads], [.. workloads.Select(_ => Micro)]), cancellation).ConfigureAwait(false);
        return buyer;
    }
}
