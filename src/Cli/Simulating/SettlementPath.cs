namespace Ait.Cli.Simulating;

/// <summary>How tasks come to the chain.</summary>
internal enum SettlementPath
{
    /// <summary>Each committed, pinned and settled alone.</summary>
    Single,

    /// <summary>A hundred in one commitment and one settlement, each with seats of its own.</summary>
    Batch,

    /// <summary>256 small ones under one root, with one committee.</summary>
    Epoch,
}
