using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Protocol.Http;

namespace Ait.Buyer;

/// <summary>A coordinator, as far as it carries content keys.</summary>
public interface IReleaseDesk
{
    /// <summary>The seats that wait for the content key of a workload, as the coordinator claims.</summary>
    public Task<IReadOnlyList<ConfidentialSeat>> SeatsAsync(Hash256 workload, Secp256k1PrivateKey holder, CancellationToken cancellation);

    /// <summary>Hands in an envelope; why it was not taken, or null.</summary>
    public Task<string?> PutAsync(EnvelopeRequest envelope, Secp256k1PrivateKey holder, CancellationToken cancellation);
}
