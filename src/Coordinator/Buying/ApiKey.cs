using Ait.Chain;

namespace Ait.Coordinator.Buying;

/// <summary>An API key as the ledger has it, without its secret. Times are unix milliseconds, amounts micro-CU.</summary>
internal sealed record ApiKey(
    string KeyId, Address Account, string Name, string Preview, long CreatedAt, long? ExpiresAt, long? RevokedAt, long? DailyUnits, long? TotalUnits)
{
    internal bool IsLive(long now) => RevokedAt is null && (ExpiresAt is null || ExpiresAt > now);
}
