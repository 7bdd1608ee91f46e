namespace Ait.Protocol.Http;

/// <summary>An API key as its owner sees it.</summary>
/// <param name="KeyId">Its id, no secret.</param>
/// <param name="Name">For people.</param>
/// <param name="Preview">The first characters of the key.</param>
/// <param name="CreatedAt">Unix seconds.</param>
/// <param name="ExpiresAt">Unix seconds after which it is refused.</param>
/// <param name="RevokedAt">Unix seconds since which it is refused.</param>
/// <param name="DailyComputeUnits">Most micro-CU in any 24 hours.</param>
/// <param name="TotalComputeUnits">Most micro-CU ever.</param>
/// <param name="SpentLastDay">Micro-CU spent in the last 24 hours.</param>
/// <param name="Spent">Micro-CU spent ever.</param>
/// <param name="Key">The key itself, only in the answer that made it.</param>
public sealed record KeyResponse(
    string KeyId,
    string Name,
    string Preview,
    ulong CreatedAt,
    ulong? ExpiresAt,
    ulong? RevokedAt,
    ulong? DailyComputeUnits,
    ulong? TotalComputeUnits,
    ulong SpentLastDay,
    ulong Spent,
    string? Key);
