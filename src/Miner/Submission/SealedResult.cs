using System.Collections.Immutable;
using System.Security.Cryptography;
using Ait.Chain;
using Ait.Miner.Keys;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Miner.Submission;

/// <summary>An executed seat between commitment and reveal: only <see cref="Commitment"/> may leave the process before the others have committed.</summary>
internal sealed class SealedResult
{
    private readonly WorkAttestation _attestation;
    private readonly Hash256 _salt;
    private readonly ImmutableArray<byte> _result;

    private SealedResult(WorkAttestation attestation, Hash256 salt, ImmutableArray<byte> result, Hash256 commitment, Hash256? state)
    {
        _attestation = attestation;
        _salt = salt;
        _result = result;
        Commitment = commitment;
        State = state;
    }

    public Hash256 Commitment { get; }

    public Hash256 ResultHash => _attestation.Statement.ResultHash;

    /// <summary>Digest of the checkpoint that a chunk of training left; null if there is none.</summary>
    public Hash256? State { get; }

    /// <summary>Signs the statement with the enclave key and hides it behind 256 random bits.</summary>
    /// <param name="seat">The seat.</param>
    /// <param name="result">What seats compare by its SHA-256: the canonical bytes of the outcome, or those sealed under the content key.</param>
    /// <param name="durationMillis">Device time.</param>
    /// <param name="domain">The network.</param>
    /// <param name="operatorAccount">The account the seat belongs to.</param>
    /// <param name="key">Signs.</param>
    /// <param name="state">Digest of the checkpoint that a chunk of training left.</param>
    public static SealedResult Seal(
        AcceptedSeat seat, ImmutableArray<byte> result, ulong durationMillis, NetworkDomain domain, Address operatorAccount, EnclaveKey key, Hash256? state = null)
    {
        Span<byte> random = stackalloc byte[Hash256.Size];
        RandomNumberGenerator.Fill(random);
        var salt = new Hash256(random);
        var statement = new WorkStatement(seat.TaskId, seat.Workload.Hash, new Hash256(SHA256.HashData(result.AsSpan())), seat.Letter.Assignment.GpuId, durationMillis);
        return new SealedResult(key.Attest(statement, domain), salt, result, ResultCommitment.Compute(domain, statement, operatorAccount, salt), state);
    }

    /// <summary>What opens the commitment.</summary>
    public ResultRequest Reveal() => new(Hex.Encode(_attestation.ToBytes()), _salt, Hex.Encode(_result.AsSpan()));
}
