using Ait.Chain;

namespace Ait.Miner.Evidencing;

/// <summary>What a transaction came to. A node that cannot be reached is an exception, not an outcome.</summary>
internal abstract record TransactionOutcome
{
    private TransactionOutcome()
    {
    }

    /// <summary>It is in a block and did what it should.</summary>
    internal sealed record Mined(Hash256 Hash) : TransactionOutcome;

    /// <summary>The contract refuses it, in simulation (nothing was spent) or in its block.</summary>
    internal sealed record Refused(ContractRefusal Refusal) : TransactionOutcome;
}
