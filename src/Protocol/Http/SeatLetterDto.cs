namespace Ait.Protocol.Http;

/// <summary>A seat letter on the wire; the receiver re-earns it with <see cref="SeatLetter.TryVerify"/>.</summary>
/// <param name="Letter">Hex of <see cref="SeatLetter.ToBytes"/>.</param>
/// <param name="Workload">Hex of <see cref="Workload.ToBytes"/>; its hash is the task's workload hash.</param>
/// <param name="LeasedUntil">Unix seconds at which the lease ends unless the seat commits or asks again.</param>
public sealed record SeatLetterDto(string Letter, string Workload, ulong LeasedUntil);
