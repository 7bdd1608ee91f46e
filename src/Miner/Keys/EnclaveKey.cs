using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Chain.Signing;
using Ait.Miner.Proving;
using Ait.Protocol;
using Ait.Protocol.Http;
using Ait.Protocol.Sealing;

namespace Ait.Miner.Keys;

/// <summary>The key that signs for the device. Drawn at start, held in this process's memory only, zeroed on disposal; it can sign and nothing else.</summary>
internal sealed class EnclaveKey : IDisposable
{
    private readonly Secp256k1PrivateKey _key;

    private EnclaveKey(Secp256k1PrivateKey key) => _key = key;

    public Address Address => _key.Address;

    public static EnclaveKey Create() => new(Secp256k1PrivateKey.Create());

    public WorkAttestation Attest(WorkStatement statement, NetworkDomain domain) => WorkAttestation.Sign(statement, domain, _key);

    public ClassStatementRecord SignClassStatement(ClassStatement statement, byte witness, ulong chainId, Address challengeRegistry) =>
        statement.Sign(witness, chainId, challengeRegistry, _key);

    public SignedLife SignLife(ProofOfLife proof, ulong chainId, Address attendanceRegistry) => new(proof, proof.Sign(chainId, attendanceRegistry, _key));

    public SeatKeyStatement SignSeatKey(Hash256 taskId, Hash256 gpuId, SeatKey seatKey, ulong expiresAt, NetworkDomain domain) =>
        SeatKeyStatement.Sign(taskId, gpuId, seatKey, expiresAt, domain, _key);

    /// <summary>Signs a request to the coordinator under a nonce of its own.</summary>
    public SignedRequest SignRequest(NetworkDomain domain, string method, string path, ReadOnlySpan<byte> body, DateTimeOffset now) =>
        SignedRequest.Sign(domain, method, path, body, now, _key);

    public void Dispose() => _key.Dispose();

    /// <summary>The account, never the key.</summary>
    public override string ToString() => Address.ToString();
}
