namespace Ait.Chain.Contracts;

/// <summary>A move of credit that was asked for.</summary>
/// <param name="To">The workload it goes to.</param>
/// <param name="Units">Micro-CU, at most.</param>
/// <param name="CompletableAt">Unix seconds from which anyone completes it.</param>
public sealed record CreditMoveRecord(Hash256 To, ulong Units, ulong CompletableAt);
