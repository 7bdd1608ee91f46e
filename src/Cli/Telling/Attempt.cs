using System.Numerics;
using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Cli.Asking;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Telling;

/// <summary>
/// An attempt to do what the contracts must refuse: the refusal as the contract words it, and a real transaction that was
/// mined, failed, and changed no supply.
/// </summary>
internal sealed record Attempt(string What, string Expected, ContractError Error, TransactionReceipt Receipt, BigInteger SupplyBefore, BigInteger SupplyAfter)
{
    /// <summary>Gas enough for the dearest refusal; the chain caps a transaction at 16.7 million.</summary>
    private const ulong GasLimit = 12_000_000;

    /// <summary>Whether it was refused in every way that counts: for the reason it should be, on chain, at no cost to the supply.</summary>
    internal bool WasRefused => Error.Name == Expected && !Receipt.Succeeded && SupplyBefore == SupplyAfter;

    internal static async Task<Attempt> MakeAsync(
        NetworkAccess network, string what, string expected, Secp256k1PrivateKey key, Address contract, byte[] call, CancellationToken cancellation)
    {
        BigInteger before = await network.SupplyAsync(cancellation).ConfigureAwait(false);
        CallResult answer = await network.Chain
            .CallAsync(new CallRequest { From = key.Address, To = contract, Data = call }, BlockTag.Latest, cancellation).ConfigureAwait(false);
        if (answer is not CallResult.Reverted reverted)
        {
            throw new RefusedException($"the contract {contract} accepts what it must refuse: {what}.");
        }

        TransactionReceipt receipt = await network.Chain.SendRegardlessAsync(key, contract, call, GasLimit, cancellation).ConfigureAwait(false);
        BigInteger after = await network.SupplyAsync(cancellation).ConfigureAwait(false);
        return new Attempt(what, expected, ChainAccess.Explain(reverted), receipt, before, after);
    }
}
