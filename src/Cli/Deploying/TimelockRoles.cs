using Ait.Chain;

namespace Ait.Cli.Deploying;

/// <summary>The roles of OpenZeppelin's TimelockController.</summary>
internal static class TimelockRoles
{
    /// <summary>Grants and revokes every role; held by the timelock itself alone once a deployment is complete.</summary>
    internal static Hash256 Admin => Hash256.Zero;

    internal static Hash256 Proposer { get; } = Keccak256.Hash("PROPOSER_ROLE"u8);

    internal static Hash256 Canceller { get; } = Keccak256.Hash("CANCELLER_ROLE"u8);

    /// <summary>Held by the zero address: anyone executes what has waited.</summary>
    internal static Hash256 Executor { get; } = Keccak256.Hash("EXECUTOR_ROLE"u8);
}
