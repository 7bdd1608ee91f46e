using Ait.Chain;

namespace Ait.Miner.Evidencing;

/// <summary>What bringing fresh evidence to the registry came to.</summary>
internal abstract record RegistrarOutcome
{
    private RegistrarOutcome()
    {
    }

    /// <summary>The device took a slot.</summary>
    internal sealed record Registered(ChainDevice Device, Hash256 Transaction) : RegistrarOutcome;

    /// <summary>The device had a slot; its key is this process's now, and its validity extended where the contract extends.</summary>
    internal sealed record Refreshed(ChainDevice Device, Hash256 Transaction) : RegistrarOutcome;

    /// <summary>The hardware, the node's answers or a contract say no.</summary>
    internal sealed record Refused(ContractRefusal Refusal) : RegistrarOutcome;
}
