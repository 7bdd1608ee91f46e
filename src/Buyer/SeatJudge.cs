using System.Diagnostics.CodeAnalysis;
using Ait.Chain;
using Ait.Protocol;
using Ait.Protocol.Sealing;

namespace Ait.Buyer;

/// <summary>Decides whether a seat may have a content key, by the chain alone: the coordinator's word counts for nothing but that it is its word.</summary>
internal static class SeatJudge
{
    /// <summary>How old the newest block may be.</summary>
    internal const ulong MaxLagSeconds = 15 * 60;

    /// <summary>Whether the letter is the coordinator's, for this workload, and not too late.</summary>
    internal static bool TryReadLetter(
        byte[] letter, Workload workload, NetworkDomain domain, Address coordinator, ulong now, [NotNullWhen(true)] out SeatLetter? read, [NotNullWhen(false)] out ReleaseRefusal? refusal)
    {
        if (!SeatLetter.TryVerify(letter, domain, coordinator, out read, out ProtocolRefusal? fault))
        {
            refusal = new(ReleaseRefusalCode.LetterInvalid, fault.Expected, fault.Found);
            return false;
        }

        SeatAssignment seat = read.Assignment;
        refusal = seat switch
        {
            _ when seat.MiningTask.WorkloadHash != workload.Hash =>
                new(ReleaseRefusalCode.OtherWorkload, workload.Hash.ToString(), seat.MiningTask.WorkloadHash.ToString()),
            _ when Math.Min(seat.CommitDeadline, seat.MiningTask.Deadline) <= now =>
                new(ReleaseRefusalCode.TooLate, $"commitments open after {now}", $"closed at {Math.Min(seat.CommitDeadline, seat.MiningTask.Deadline)}"),
            _ => null,
        };
        return refusal is null;
    }

    /// <summary>Whether the registry's device may have it now. Null means yes.</summary>
    internal static ReleaseRefusal? JudgeDevice(SeatDevice? device, Hash256 gpuId, LeastTrust least, ulong now) => device switch
    {
        null => new(ReleaseRefusalCode.DeviceUnknown, "a registered device", gpuId.ToString()),
        _ when device.Record.GpuId != gpuId => new(ReleaseRefusalCode.DeviceUnknown, gpuId.ToString(), device.Record.GpuId.ToString()),
        _ when device.BlockTime + MaxLagSeconds < now => new(ReleaseRefusalCode.ChainBehind, $"a block after {now - MaxLagSeconds}", $"{device.BlockTime}"),
        _ when device.IsRevoked || device.Record.RevokedBlock != 0 => new(ReleaseRefusalCode.DeviceRevoked, "a live device", $"revoked or retired at block {device.Record.RevokedBlock}"),
        _ when device.Record.ValidUntil <= Math.Max(now, device.BlockTime) => new(ReleaseRefusalCode.DeviceExpired, $"evidence valid after {now}", $"until {device.Record.ValidUntil}"),
        _ when device.Profile == 0 || device.Profile > (byte)least => new(ReleaseRefusalCode.TrustTooLow, $"{least} or better", $"profile {device.Profile}"),
        _ => null,
    };

    /// <summary>Whether the statement is the registered enclave key's, for this very seat.</summary>
    internal static bool TryReadStatement(
        byte[] statement, SeatLetter letter, Address enclaveKey, NetworkDomain domain, ulong now, [NotNullWhen(true)] out SeatKeyStatement? read, [NotNullWhen(false)] out ReleaseRefusal? refusal)
    {
        if (!SeatKeyStatement.TryVerify(statement, domain, enclaveKey, now, out read, out ProtocolRefusal? fault))
        {
            refusal = new(ReleaseRefusalCode.StatementInvalid, fault.Expected, fault.Found);
            return false;
        }

        refusal = read.TaskId == letter.TaskId && read.GpuId == letter.Assignment.GpuId
            ? null
            : new(ReleaseRefusalCode.OtherSeat, $"task {letter.TaskId}, GPU {letter.Assignment.GpuId}", $"task {read.TaskId}, GPU {read.GpuId}");
        return refusal is null;
    }
}
