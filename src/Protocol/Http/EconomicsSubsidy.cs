namespace Ait.Protocol.Http;

/// <summary>The subsidy budget: available is released and earned less charged. Amounts are wei of AIT, decimal.</summary>
/// <param name="AvailableWei">What subsidised work may still be charged, three seats a task.</param>
/// <param name="ChargedWei">What it was charged so far.</param>
/// <param name="ReleasedWei">What the bootstrap has released so far.</param>
/// <param name="UnreleasedWei">What it has still to release, half of it in each half-life.</param>
/// <param name="EarnedWei">What settled redeemed work has added.</param>
/// <param name="HalfLifeSeconds">Of the bootstrap.</param>
/// <param name="NextUnits">Micro-CU of the subsidised workload that has waited longest; null if none waits.</param>
/// <param name="IsExhausted">Whether that workload waits because the budget does not pay for it.</param>
public sealed record EconomicsSubsidy(
    string AvailableWei, string ChargedWei, string ReleasedWei, string UnreleasedWei, string EarnedWei, ulong HalfLifeSeconds, ulong? NextUnits, bool IsExhausted);
