using Ait.Chain;

namespace Ait.Protocol.Http;

/// <summary>Answer of <c>GET /v1/exchange</c>: the pair of AIT and the chain's coin on Uniswap V2.</summary>
/// <param name="Pair">The pair.</param>
/// <param name="Router">The UniswapV2Router02 that trades go through.</param>
/// <param name="WrappedCoin">The chain's coin as an ERC-20 (WETH9).</param>
/// <param name="AitReserveWei">AIT the pair holds, decimal.</param>
/// <param name="CoinReserveWei">Coin the pair holds, decimal.</param>
/// <param name="BlockNumber">The block of this answer.</param>
public sealed record ExchangeResponse(
    Address Pair, Address Router, Address WrappedCoin, string AitReserveWei, string CoinReserveWei, ulong BlockNumber);
