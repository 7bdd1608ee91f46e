using Ait.Chain;
using Ait.Coordinator.Ledger;
using Ait.Protocol;

namespace Ait.Coordinator.Agreeing;

/// <summary>A result as the ledger keeps it: bytes, to be verified.</summary>
internal sealed class StoredResult
{
    private readonly byte[] _attestation;
    private readonly Address _enclaveKey;

    internal StoredResult(long taskKey, byte seat, byte[] attestation, Address enclaveKey, bool isPayable)
    {
        TaskKey = taskKey;
        Seat = seat;
        IsPayable = isPayable;
        _attestation = attestation;
        _enclaveKey = enclaveKey;
    }

    internal long TaskKey { get; }

    internal byte Seat { get; }

    /// <summary>Whether the registry can take it.</summary>
    internal bool IsPayable { get; }

    /// <summary>Whether these are the bytes of an attestation that was verified.</summary>
    internal bool Is(WorkAttestation known) => known.EnclaveKey == _enclaveKey && known.ToBytes().AsSpan().SequenceEqual(_attestation);

    /// <summary>The result, re-earned from its bytes.</summary>
    internal RevealedSeat Verify(NetworkDomain domain) => WorkAttestation.TryVerify(_attestation, domain, _enclaveKey, out WorkAttestation? attestation, out ProtocolRefusal? refusal)
        ? new RevealedSeat(Seat, attestation)
        : throw new LedgerException($"The ledger holds a work attestation that does not verify ({refusal}); restore it from a backup.");
}
