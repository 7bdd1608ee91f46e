using Ait.Chain;

namespace Ait.Protocol.Http;

/// <summary>Answer of <c>POST /v1/workloads</c>: the workload is open on chain at this price.</summary>
/// <param name="WorkloadId">The workload hash; the argument of <c>redeem</c>.</param>
/// <param name="ComputeUnits">Micro-CU.</param>
/// <param name="PriceWei">AIT to burn, in wei, decimal.</param>
/// <param name="Transaction">The transaction that opened it.</param>
public sealed record QuoteResponse(Hash256 WorkloadId, ulong ComputeUnits, string PriceWei, Hash256 Transaction);
