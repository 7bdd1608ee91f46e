using System.Diagnostics.CodeAnalysis;
using Ait.Chain;
using Ait.Engine;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Miner.Submission;

/// <summary>Decides whether a letter is the coordinator's, for this device on this network, and carries the workload its task commits to.</summary>
internal sealed class LetterCheck
{
    private readonly SeatLetterReader _reader;
    private readonly Hash256 _gpuId;

    /// <summary><paramref name="coordinator"/> is the account that the contract names, not the one the coordinator claims.</summary>
    public LetterCheck(NetworkDomain domain, Address coordinator, Hash256 gpuId)
    {
        _reader = new SeatLetterReader(domain, coordinator);
        _gpuId = gpuId;
    }

    public bool TryAccept(
        SeatLetterDto dto,
        DateTimeOffset now,
        [NotNullWhen(true)] out AcceptedSeat? seat,
        out LetterRefusal refusal,
        [NotNullWhen(false)] out string? problem)
    {
        seat = null;
        if (!Hex.TryDecode(dto.Letter, out byte[]? letterBytes))
        {
            return Refuse(LetterRefusal.Malformed, "the letter is not hex", out refusal, out problem);
        }

        if (!_reader.TryVerify(letterBytes, out SeatLetter? letter, out ProtocolRefusal? why))
        {
            LetterRefusal code = why.Code == ProtocolRefusalCode.SignatureInvalid ? LetterRefusal.SignatureInvalid : LetterRefusal.Malformed;
            return Refuse(code, $"expected {why.Expected}, found {why.Found}", out refusal, out problem);
        }

        if (letter.Assignment.GpuId != _gpuId)
        {
            return Refuse(LetterRefusal.OtherDevice, $"expected {_gpuId}, found {letter.Assignment.GpuId}", out refusal, out problem);
        }

        if (!Hex.TryDecode(dto.Workload, out byte[]? workloadBytes))
        {
            return Refuse(LetterRefusal.WorkloadMalformed, "the workload is not hex", out refusal, out problem);
        }

        if (!Workload.TryParse(workloadBytes, out Workload? workload, out why))
        {
            return Refuse(LetterRefusal.WorkloadMalformed, why.ToString(), out refusal, out problem);
        }

        MiningTask task = letter.Assignment.MiningTask;
        if (workload.Hash != task.WorkloadHash || workload.Type != task.WorkloadType)
        {
            return Refuse(LetterRefusal.WorkloadMismatch, $"expected {task.WorkloadHash}, found {workload.Hash}", out refusal, out problem);
        }

        if (task.DeterminismClass != DeterminismClass.X8v0)
        {
            return Refuse(LetterRefusal.DeterminismClassUnknown, $"expected {DeterminismClass.X8v0}, found {task.DeterminismClass}", out refusal, out problem);
        }

        string version = workload.Type == WorkloadType.Training ? TrainingVersion.Id : EngineVersion.Id;
        if (workload.EngineVersion != version)
        {
            return Refuse(LetterRefusal.EngineVersionUnknown, $"expected {version}, found {workload.EngineVersion}", out refusal, out problem);
        }

        var accepted = new AcceptedSeat(letter, workload);
        if (accepted.CommitBy <= now)
        {
            return Refuse(LetterRefusal.TooLate, $"commitments closed at {accepted.CommitBy:HH:mm:ss}", out refusal, out problem);
        }

        seat = accepted;
        refusal = default;
        problem = null;
        return true;
    }

    private static bool Refuse(LetterRefusal code, string why, out LetterRefusal refusal, out string problem)
    {
        refusal = code;
        problem = why;
        return false;
    }
}
