namespace Ait.Miner.Evidencing;

/// <summary>A no of a contract: its error by name, one sentence, and what to do. Transient ones go away with fresh evidence or time.</summary>
internal sealed record ContractRefusal(string Code, string Sentence, string Remedy, bool IsTransient = false);
