using System.Collections.Immutable;
using Ait.Chain;

namespace Ait.Coordinator.OnChain;

/// <summary>How a submission ended.</summary>
internal abstract record SubmitOutcome
{
    private SubmitOutcome()
    {
    }

    /// <summary>Mined and succeeded.</summary>
    internal sealed record Mined(Hash256 Transaction, ulong BlockNumber, ulong GasUsed, ImmutableArray<MiningEvent> Events) : SubmitOutcome;

    /// <summary>Not sent because it would revert, or mined and reverted. The key is free for another try.</summary>
    internal sealed record Refused(ContractRefusal Refusal) : SubmitOutcome;
}

/// <summary>The contract's own error.</summary>
/// <param name="Error">Its name, as <c>ClaimTooEarly</c>.</param>
/// <param name="Text">The name with its values.</param>
/// <param name="GpuId">The device it is about, if it names one.</param>
/// <param name="PayableAt">When the claim can be paid or the task escalate, unix seconds, for <c>ClaimTooEarly</c> and <c>EscalationTooEarly</c>.</param>
internal sealed record ContractRefusal(string Error, string Text, Hash256? GpuId = null, ulong? PayableAt = null);

/// <summary>The node cannot be reached, or its answer makes no sense; worth another try later.</summary>
internal sealed class ChainUnavailableException : Exception
{
    public ChainUnavailableException()
    {
    }

    public ChainUnavailableException(string message)
        : base(message)
    {
    }

    public ChainUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
