namespace Ait.Miner.Reporting;

/// <summary>A named value of an event: text, or a number where <see cref="Number"/> is set.</summary>
internal sealed record Fact(string Name, string Text, ulong? Number = null);
