using System.Collections.Immutable;
using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Cli.Asking;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Exchanging;

/// <summary>Brings Uniswap V2 to a chain that lacks it, or finds it by its router; makes the pair of AIT and the coin once.</summary>
internal static class ExchangeDeployer
{
    private const ulong GasMargin = 200_000;

    internal static async Task<Exchange> DeployAsync(
        ChainAccess chain, Secp256k1PrivateKey key, Address token, UniswapArtifact uniswap, Action<string> tell, CancellationToken cancellation)
    {
        Address[] bases = await Task.WhenAll(
            CreateAsync(chain, key, uniswap.WrappedCoin, tell, cancellation),
            CreateAsync(chain, key, uniswap.Factory, tell, cancellation, Address.Zero)).ConfigureAwait(false); // Nobody takes a protocol fee.
        (Address coin, Address factory) = (bases[0], bases[1]);
        Address router = await CreateAsync(chain, key, uniswap.Router, tell, cancellation, factory, coin).ConfigureAwait(false);
        return await AttachAsync(chain, key, token, router, uniswap, tell, cancellation).ConfigureAwait(false);
    }

    /// <summary>Takes the router's own factory and coin, checks that it holds the pair's address as the factory does, makes the pair if there is none.</summary>
    internal static async Task<Exchange> AttachAsync(
        ChainAccess chain, Secp256k1PrivateKey key, Address token, Address router, UniswapArtifact uniswap, Action<string> tell, CancellationToken cancellation)
    {
        ImmutableArray<byte> code = await chain.Client.GetCodeAsync(router, BlockTag.Latest, cancellation).ConfigureAwait(false);
        if (code.IsEmpty)
        {
            throw new RefusedException($"there is no contract at {router} on chain {chain.ChainId}. Name the UniswapV2Router02 of this chain.");
        }

        Address factory = (await chain.ReadAsync(router, uniswap.Router.Abi.Function("factory"), cancellation).ConfigureAwait(false))[0].AsAddress();
        Address coin = (await chain.ReadAsync(router, uniswap.Router.Abi.Function("WETH"), cancellation).ConfigureAwait(false))[0].AsAddress();
        AbiFunction getPair = uniswap.Factory.Abi.Function("getPair");
        Address pair = (await chain.ReadAsync(factory, getPair, cancellation, token, coin).ConfigureAwait(false))[0].AsAddress();
        if (pair == Address.Zero)
        {
            await chain.SendAsync(key, factory, uniswap.Factory.Abi.Function("createPair").EncodeCall(token, coin), cancellation).ConfigureAwait(false);
            pair = (await chain.ReadAsync(factory, getPair, cancellation, token, coin).ConfigureAwait(false))[0].AsAddress();
            tell($"pair of AIT and the coin at {pair}");
        }

        return new Exchange(chain.ChainId, token, coin, factory, router, pair);
    }

    private static async Task<Address> CreateAsync(
        ChainAccess chain, Secp256k1PrivateKey key, ContractArtifact artifact, Action<string> tell, CancellationToken cancellation, params AbiValue[] arguments)
    {
        ReadOnlyMemory<byte> creation = artifact.Deployment(arguments).Data.AsMemory();
        GasEstimate estimate = await chain.Client.EstimateGasAsync(new CallRequest { From = key.Address, Data = creation }, BlockTag.Latest, cancellation).ConfigureAwait(false);
        if (estimate is not GasEstimate.Estimated estimated)
        {
            throw new RefusedException($"creating {artifact.Name} would fail: {ChainAccess.Explain(((GasEstimate.Reverted)estimate).Call)}");
        }

        TransactionReceipt receipt = await chain.SendRegardlessAsync(key, null, creation, estimated.Gas + GasMargin, cancellation).ConfigureAwait(false);
        Address address = receipt is { Succeeded: true, ContractAddress: Address made } ? made : throw new RefusedException($"creating {artifact.Name} failed in {receipt.TransactionHash}.");
        tell($"{artifact.Name} at {address}, {receipt.GasUsed:N0} gas");
        return address;
    }
}
