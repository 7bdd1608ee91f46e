using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;

using Ait.Chain.Abi;

namespace Ait.Chain.Contracts;

/// <summary>A settlement as its calldata says it: the one reader of what whoever settles sends, whichever way it went.</summary>
/// <param name="BatchId">The batch.</param>
/// <param name="Settlements">The tasks, in order.</param>
/// <param name="Proof">One proof for all of them.</param>
/// <param name="ByInbox">True if the attestation inbox settled, which is a witness.</param>
public sealed record SettlementCall(BigInteger BatchId, ImmutableArray<TaskSettlementRecord> Settlements, ImmutableArray<Hash256> Proof, bool ByInbox)
{
    private static readonly AbiFunction s_settle = ContractArtifact.Load("MiningRegistry").Abi.Function(MiningRegistrySignatures.Settle);
    private static readonly AbiFunction s_finalize = ContractArtifact.Load("AttestationInbox").Abi.Function("finalize");

    /// <summary>Reads the calldata of <c>MiningRegistry.settle</c> or of <c>AttestationInbox.finalize</c>.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> calldata, [NotNullWhen(true)] out SettlementCall? call, [NotNullWhen(false)] out DecodeFault? fault)
    {
        call = null;
        bool byInbox = Selector.TryRead(calldata, out Selector selector) && selector == s_finalize.Selector;
        if (!(byInbox ? s_finalize : s_settle).TryDecodeCall(calldata, out ImmutableArray<AbiValue> arguments, out fault))
        {
            return false;
        }

        if (!TaskSettlementRecord.TryRead(arguments[1].AsBytes().Span, out ImmutableArray<TaskSettlementRecord> settlements, out fault))
        {
            return false;
        }

        call = new SettlementCall(arguments[0].AsBigInteger(), settlements, [.. arguments[2].Items.Select(static node => node.AsHash256())], byInbox);
        return true;
    }

    /// <summary>Whether every part is equal.</summary>
    public bool Equals(SettlementCall? other) =>
        other is not null && BatchId == other.BatchId && ByInbox == other.ByInbox && Settlements.SequenceEqual(other.Settlements) && Proof.SequenceEqual(other.Proof);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(BatchId, Settlements.Length, Proof.Length);
}
