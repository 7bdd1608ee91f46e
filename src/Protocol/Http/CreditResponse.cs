using Ait.Chain;

namespace Ait.Protocol.Http;

/// <summary>Answer of <c>GET</c> and <c>POST /v1/credit</c>: an account's prepaid credit. Redeemed less spent is available.</summary>
/// <param name="Account">The account.</param>
/// <param name="CreditId">The workload id to redeem to.</param>
/// <param name="IsOpen">Whether the contract takes redemptions to it; <c>POST /v1/credit</c> opens it.</param>
/// <param name="Redeemed">Micro-CU that the account's redemptions to it bought, as the chain's events say.</param>
/// <param name="Spent">Micro-CU of tasks that settled or are under way.</param>
/// <param name="Available">Micro-CU left.</param>
/// <param name="Purchases">What was bought with it, newest first, at most 100.</param>
public sealed record CreditResponse(
    Address Account, Hash256 CreditId, bool IsOpen, ulong Redeemed, ulong Spent, ulong Available, IReadOnlyList<PurchaseResponse> Purchases);
