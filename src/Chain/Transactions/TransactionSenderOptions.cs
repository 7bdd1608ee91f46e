using System.Numerics;

namespace Ait.Chain.Transactions;

/// <summary>How a sender behaves.</summary>
public sealed record TransactionSenderOptions
{
    /// <summary>Pause between two looks for the receipt; default 1 s.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a transaction may wait before it is signed again at a higher fee; default 30 s.</summary>
    public TimeSpan StuckAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a transaction may wait before its bytes are handed to the node again; default 10 s.</summary>
    public TimeSpan RebroadcastAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one send waits in all; default 10 min.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How many blocks deep a receipt must lie, its own included; from 1, default 1.</summary>
    public ulong Confirmations { get; init; } = 1;

    /// <summary>The most ever paid per gas, in wei, base fee included; default 500 gwei.</summary>
    public BigInteger MaxFeePerGas { get; init; } = 500_000_000_000;

    /// <summary>Added to estimated gas, in percent; default 20.</summary>
    public int GasMarginPercent { get; init; } = 20;

    /// <summary>The margin never lifts the gas limit above this; default 2²⁴, the cap of EIP-7825.</summary>
    public ulong MaxGasLimit { get; init; } = 1 << 24;

    /// <summary>The rise of both fees when a transaction is stuck, in thousandths; at least 125, which nodes ask for; default 250.</summary>
    public int BumpThousandths { get; init; } = 250;
}
