using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using Ait.Chain.Abi;

namespace Ait.Chain.Contracts;

/// <summary>What shows that a device was drawn for a seat that stayed empty, as the attendance registry takes it.</summary>
/// <param name="BatchId">The task's batch.</param>
/// <param name="Task">The task.</param>
/// <param name="SeatSecret">The secret behind seats 0 to 2.</param>
/// <param name="Opening">What the seat secret is made of; for seats 3 to 6, null for the others.</param>
/// <param name="Seat">The silent seat.</param>
/// <param name="Proof">That the task is in the batch.</param>
public sealed record AbsenceReportRecord(
    ulong BatchId, MiningTaskRecord Task, Hash256 SeatSecret, SeatSecretOpening? Opening, byte Seat, ImmutableArray<Hash256> Proof)
{
    private static readonly Lazy<ContractAbi> s_abi = new(static () => ContractArtifact.Load("AttendanceRegistry").Abi);

    /// <summary>Reads the calldata of <c>report</c> or <c>reportAll</c>.</summary>
    public static bool TryDecodeCall(ReadOnlySpan<byte> calldata, out ImmutableArray<AbsenceReportRecord> reports, [NotNullWhen(false)] out DecodeFault? fault)
    {
        reports = [];
        ImmutableArray<AbiValue> written;
        if (s_abi.Value.Function(AttendanceRegistrySignatures.ReportAll).TryDecodeCall(calldata, out ImmutableArray<AbiValue> arguments, out fault))
        {
            written = arguments[0].Items;
        }
        else if (s_abi.Value.Function(AttendanceRegistrySignatures.Report).TryDecodeCall(calldata, out arguments, out fault))
        {
            written = [arguments[0]];
        }
        else
        {
            return false;
        }

        // The contract takes 256 bits; no batch has a number of more than 64.
        foreach (BigInteger batchId in written.Select(report => report[0].AsBigInteger()).Where(batchId => batchId > ulong.MaxValue))
        {
            fault = new DecodeFault("batch of a report", 0, $"at most {ulong.MaxValue}", $"{batchId}");
            return false;
        }

        reports = [.. written.Select(FromAbi)];
        fault = null;
        return true;
    }

    /// <summary>The tuple that the contract takes.</summary>
    public AbiValue ToAbi() => AbiValue.List(
        BatchId,
        Task.ToAbi(),
        SeatSecret,
        Opening?.AnswerCommitment ?? Hash256.Zero,
        Opening?.EscalationSecret ?? Hash256.Zero,
        (uint)Seat,
        SeatLetterRecord.Hashes(Proof));

    private static AbsenceReportRecord FromAbi(AbiValue value)
    {
        var opening = new SeatSecretOpening(value[3].AsHash256(), value[4].AsHash256());
        return new AbsenceReportRecord(
            value[0].AsUInt64(),
            MiningTaskRecord.FromAbi(value[1]),
            value[2].AsHash256(),
            opening == new SeatSecretOpening(Hash256.Zero, Hash256.Zero) ? null : opening,
            value[5].AsByte(),
            [.. value[6].Items.Select(sibling => sibling.AsHash256())]);
    }

    /// <summary>Whether the fields are equal.</summary>
    public bool Equals(AbsenceReportRecord? other) => other is not null
        && BatchId == other.BatchId
        && Task == other.Task
        && SeatSecret == other.SeatSecret
        && Opening == other.Opening
        && Seat == other.Seat
        && Proof.AsSpan().SequenceEqual(other.Proof.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(BatchId, Task, SeatSecret, Opening, Seat, Proof.Length);
}
