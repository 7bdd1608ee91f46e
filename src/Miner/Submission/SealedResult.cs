using System.Security.Cryptography;
using Ait.Chain;
using Ait.Miner.Execution;
using Ait.Miner.Keys;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Miner.Submission;

/// <summary>An executed seat between commitment and reveal: only <see cref="Commitment"/> may leave the process before the others have committed.</summary>
internal sealed class SealedResult
{
    private readonly WorkAttestation _attestation;
    private readonly Hash256 _salt;
    private readonly ExecutedWorkload _executed;

    private SealedResult(WorkAttestation attestation, Hash256 salt, ExecutedWorkload executed, Hash256 commitment)
    {
        _attestation = attestation;
        _salt = salt;
        _executed = executed;
        Commitment = commitment;
    }

    public Hash256 Commitment { get; }

    public Hash256 ResultHash => _executed.ResultHash;

    /// <summary>Signs the statement with the enclave key and hides it behind 256 random bits.</summary>
    public static SealedResult Seal(AcceptedSeat seat, ExecutedWorkload executed, NetworkDomain domain, Address operatorAccount, EnclaveKey key)
    {
        Span<byte> random = stackalloc byte[Hash256.Size];
        RandomNumberGenerator.Fill(random);
        var salt = new Hash256(random);
        var statement = new WorkStatement(seat.TaskId, seat.Workload.Hash, executed.ResultHash, seat.Letter.Assignment.GpuId, executed.DurationMillis);
        return new SealedResult(key.Attest(statement, domain), salt, executed, ResultCommitment.Compute(domain, statement, operatorAccount, salt));
    }

    /// <summary>What opens the commitment.</summary>
    public ResultRequest Reveal() => new(Hex.Encode(_attestation.ToBytes()), _salt, Hex.Encode(_executed.Encoded.AsSpan()));
}
