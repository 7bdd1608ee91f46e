using Ait.Chain;

namespace Ait.Adversaries;

/// <summary>What a task of a batch is to be, before it has an index, a deadline and secrets.</summary>
/// <param name="Units">Its work in whole CU.</param>
/// <param name="Workload">What is run; null for one of the task's own.</param>
/// <param name="Redeemer">Whose credit pays; null for subsidised work.</param>
internal sealed record TaskTerms(ulong Units, Hash256? Workload = null, Address? Redeemer = null);
