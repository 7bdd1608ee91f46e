using System.Collections.Immutable;
using System.Numerics;

using Ait.Chain.Abi;
using Ait.Chain.Rpc;

namespace Ait.Chain.Contracts;

/// <summary>A pair of Uniswap V2: two tokens and what it holds of each.</summary>
public sealed class PairContract : Contract
{
    /// <summary>A pair at an address.</summary>
    public PairContract(Address address, EthereumClient client)
        : base(address, client, ContractAbi.Parse(Interface))
    {
    }

    /// <summary>What is asked of a pair; a test compares it with the published contract.</summary>
    public static string Interface =>
        """
        [{"type":"function","name":"getReserves","stateMutability":"view","inputs":[],"outputs":[{"name":"_reserve0","type":"uint112"},{"name":"_reserve1","type":"uint112"},{"name":"_blockTimestampLast","type":"uint32"}]},
        {"type":"function","name":"token0","stateMutability":"view","inputs":[],"outputs":[{"name":"","type":"address"}]},
        {"type":"function","name":"token1","stateMutability":"view","inputs":[],"outputs":[{"name":"","type":"address"}]}]
        """;

    /// <summary>What the pair holds of a token and of the other one; null if it is no pair of this token.</summary>
    public async Task<PairReserves?> GetReservesAsync(Address token, BlockTag block, CancellationToken cancellation)
    {
        Address first = (await ViewAsync("token0", [], block, cancellation).ConfigureAwait(false))[0].AsAddress();
        Address second = (await ViewAsync("token1", [], block, cancellation).ConfigureAwait(false))[0].AsAddress();
        ImmutableArray<AbiValue> reserves = await ViewAsync("getReserves", [], block, cancellation).ConfigureAwait(false);
        (BigInteger zero, BigInteger one) = (reserves[0].AsBigInteger(), reserves[1].AsBigInteger());
        return token == first ? new PairReserves(second, zero, one) : token == second ? new PairReserves(first, one, zero) : null;
    }
}
