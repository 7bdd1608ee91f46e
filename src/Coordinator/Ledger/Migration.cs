namespace Ait.Coordinator.Ledger;

/// <summary>One step of the schema and the way back.</summary>
internal sealed record Migration(string Forward, string Back);
