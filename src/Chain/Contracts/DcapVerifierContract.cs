using Ait.Chain.Rpc;
using Ait.Chain.Transactions;

namespace Ait.Chain.Contracts;

/// <summary>The verifier of SGX and TDX quotes.</summary>
public sealed class DcapVerifierContract : GovernedContract
{
    /// <summary>A verifier at an address.</summary>
    public DcapVerifierContract(Address address, EthereumClient client)
        : base(address, client, ContractArtifact.Load("DcapVerifier").Abi)
    {
    }

    /// <summary>Accepts a status of the patch level, or no longer; governor only.</summary>
    public TransactionRequest AcceptStatus(byte status, bool accepted) => Transaction(DcapVerifierSignatures.AcceptStatus, (uint)status, accepted);

    /// <summary>Whether a status of the patch level is accepted.</summary>
    public async Task<bool> GetIsStatusAcceptedAsync(byte status, BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(DcapVerifierSignatures.IsStatusAccepted, [(uint)status], block, cancellation).ConfigureAwait(false))[0].AsBoolean();

    /// <summary>Where certificates are looked up.</summary>
    public async Task<Address> GetCertificatesAsync(BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(DcapVerifierSignatures.Certificates, [], block, cancellation).ConfigureAwait(false))[0].AsAddress();

    /// <summary>Where collateral is looked up.</summary>
    public async Task<Address> GetCollateralAsync(BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(DcapVerifierSignatures.Collateral, [], block, cancellation).ConfigureAwait(false))[0].AsAddress();

    /// <summary>What a genuine quote says; asked without hints, which change no answer.</summary>
    /// <exception cref="ContractRevertedException">The quote is refused; the error says why.</exception>
    public async Task<QuoteFactsRecord> VerifyAsync(ReadOnlyMemory<byte> quote, Hash256 pck, BlockTag block, CancellationToken cancellation) =>
        QuoteFactsRecord.FromAbi((await ViewAsync(DcapVerifierSignatures.Verify, [quote, pck, Array.Empty<byte>()], block, cancellation).ConfigureAwait(false))[0]);
}
