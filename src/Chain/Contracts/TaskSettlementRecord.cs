using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

using Ait.Chain.Abi;

namespace Ait.Chain.Contracts;

/// <summary>Everything the mining registry needs to settle one task, but for the proof that it is in the batch.</summary>
/// <param name="Task">The leaf.</param>
/// <param name="SeatSecret">The secret behind seats 0 to 2.</param>
/// <param name="EscalationSecret">The secret behind seats 3 to 6; zero until the task has escalated.</param>
/// <param name="ResultHash">The agreed result.</param>
/// <param name="Claims">Ascending by seat.</param>
public sealed record TaskSettlementRecord(
    MiningTaskRecord Task,
    Hash256 SeatSecret,
    Hash256 EscalationSecret,
    Hash256 ResultHash,
    ImmutableArray<SeatClaimRecord> Claims)
{
    /// <summary>Whether every part is equal.</summary>
    public bool Equals(TaskSettlementRecord? other) =>
        other is not null
        && Task == other.Task
        && SeatSecret == other.SeatSecret
        && EscalationSecret == other.EscalationSecret
        && ResultHash == other.ResultHash
        && Claims.SequenceEqual(other.Claims);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Task, SeatSecret, ResultHash);

    internal AbiValue ToAbi() => AbiValue.List(
        Task.ToAbi(),
        SeatSecret,
        EscalationSecret,
        ResultHash,
        AbiValue.List(Claims.Select(static claim => claim.ToAbi())));

    /// <summary>Reads the tuple; false if a signature is not in the one form that the contract takes.</summary>
    internal static bool TryRead(AbiValue value, [NotNullWhen(true)] out TaskSettlementRecord? record)
    {
        record = null;
        ImmutableArray<SeatClaimRecord>.Builder claims = ImmutableArray.CreateBuilder<SeatClaimRecord>(value[4].Count);
        foreach (AbiValue written in value[4].Items)
        {
            if (!SeatClaimRecord.TryRead(written, out SeatClaimRecord? claim))
            {
                return false;
            }

            claims.Add(claim);
        }

        record = new TaskSettlementRecord(
            MiningTaskRecord.FromAbi(value[0]), value[1].AsHash256(), value[2].AsHash256(), value[3].AsHash256(), claims.MoveToImmutable());
        return true;
    }
}
