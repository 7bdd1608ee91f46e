using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Chain.Transactions;
using Ait.Cli.Asking;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Publishing;

/// <summary>
/// Puts a platform's certificates, revocation lists and collateral on chain, in the order in which each is believed. What is held
/// already, or held newer, is passed over; the contracts check everything again.
/// </summary>
internal sealed class PlatformPublisher
{
    private readonly ChainAccess _chain;
    private readonly Secp256k1PrivateKey _key;
    private readonly Action<string> _tell;
    private readonly DcapVerifierContract _verifier;
    private readonly DcapCertificatesContract _certificates;
    private readonly DcapCollateralContract _collateral;

    private PlatformPublisher(
        ChainAccess chain,
        Secp256k1PrivateKey key,
        DcapVerifierContract verifier,
        DcapCertificatesContract certificates,
        DcapCollateralContract collateral,
        Action<string> tell)
    {
        _chain = chain;
        _key = key;
        _verifier = verifier;
        _certificates = certificates;
        _collateral = collateral;
        _tell = tell;
    }

    internal static async Task<PlatformPublisher> OpenAsync(
        ChainAccess chain, Secp256k1PrivateKey key, Address verifier, Action<string> tell, CancellationToken cancellation)
    {
        var contract = new DcapVerifierContract(verifier, chain.Client);
        try
        {
            Address certificates = await contract.GetCertificatesAsync(BlockTag.Latest, cancellation).ConfigureAwait(false);
            Address collateral = await contract.GetCollateralAsync(BlockTag.Latest, cancellation).ConfigureAwait(false);
            return new PlatformPublisher(
                chain, key, contract, new DcapCertificatesContract(certificates, chain.Client), new DcapCollateralContract(collateral, chain.Client), tell);
        }
        catch (Exception fault) when (fault is RpcException or ContractRevertedException)
        {
            throw new SurroundingsException($"{verifier} is no verifier of SGX and TDX quotes: {fault.Message} Take its address from deployment.json.", fault);
        }
    }

    /// <summary>Publishes and returns the identifier of the PCK certificate.</summary>
    internal async Task<Hash256> PublishAsync(PlatformFiles files, CancellationToken cancellation)
    {
        Hash256 root = await CertificateAsync("root CA", files.Root, default, _certificates.SubmitRoot(files.Root), cancellation).ConfigureAwait(false);
        await ListAsync("root CA's list", files.RootList, root, cancellation).ConfigureAwait(false);

        // Two branches below the root, side by side: a block each is the dearest part on a slow chain.
        Task collateral = SignerAsync(files, root, cancellation);
        Hash256 authority = await CertificateAsync(
            "PCK CA", files.Authority, root, _certificates.SubmitAuthority(files.Authority, root), cancellation).ConfigureAwait(false);
        await ListAsync("PCK CA's list", files.PckList, authority, cancellation).ConfigureAwait(false);
        Hash256 pck = await CertificateAsync("PCK", files.Pck, authority, _certificates.SubmitPck(files.Pck, authority), cancellation).ConfigureAwait(false);
        await collateral.ConfigureAwait(false);
        return pck;
    }

    private async Task SignerAsync(PlatformFiles files, Hash256 root, CancellationToken cancellation)
    {
        Hash256 signer = await CertificateAsync(
            "TCB Signing", files.Signer, root, _certificates.SubmitAuthority(files.Signer, root), cancellation).ConfigureAwait(false);
        await CollateralAsync(files, signer, cancellation).ConfigureAwait(false);
    }

    /// <summary>What the contracts say of the quote.</summary>
    internal async Task<QuoteFactsRecord> JudgeAsync(ReadOnlyMemory<byte> quote, Hash256 pck, CancellationToken cancellation)
    {
        try
        {
            return await _verifier.VerifyAsync(quote, pck, BlockTag.Latest, cancellation).ConfigureAwait(false);
        }
        catch (ContractRevertedException refused)
        {
            throw new RefusedException($"the quote is refused: {refused.Error}");
        }
    }

    private async Task<Hash256> CertificateAsync(
        string name, ReadOnlyMemory<byte> certificate, Hash256 parent, TransactionRequest submission, CancellationToken cancellation)
    {
        Hash256 id;
        try
        {
            id = await _certificates.GetIdOfAsync(certificate, parent, BlockTag.Latest, cancellation).ConfigureAwait(false);
        }
        catch (ContractRevertedException refused)
        {
            throw new RefusedException($"the certificate of {name} is refused: {refused.Error}");
        }

        // A certificate that is held but cut off is refused again by whoever relies on it.
        bool held = await _certificates.GetIsTrustedAsync(id, BlockTag.Latest, cancellation).ConfigureAwait(false);
        await SendAsync(name, submission, held, cancellation).ConfigureAwait(false);
        return id;
    }

    private async Task ListAsync(string name, ReadOnlyMemory<byte> list, Hash256 issuer, CancellationToken cancellation)
    {
        (ulong held, _) = await _certificates.GetRevocationListAsync(issuer, BlockTag.Latest, cancellation).ConfigureAwait(false);
        await SendAsync(name, _certificates.SubmitRevocationList(list, issuer), held >= PlatformFiles.IssuedAt(list), cancellation).ConfigureAwait(false);
    }

    private async Task CollateralAsync(PlatformFiles files, Hash256 signer, CancellationToken cancellation)
    {
        byte tee = PlatformFiles.Field(files.TcbInfo, "id") == "TDX" ? DcapCollateralContract.Tdx : DcapCollateralContract.Sgx;
        string family = PlatformFiles.Field(files.TcbInfo, "fmspc");
        if (!Hex.TryDecode("0x" + family, out byte[]? fmspc) || fmspc.Length != DcapCollateralContract.FmspcSize)
        {
            throw new SurroundingsException($"fmspc in the collateral file is not {DcapCollateralContract.FmspcSize} bytes of hex: '{family}'.");
        }

        CollateralDates? held = await _collateral.GetTcbInfoDatesAsync(tee, fmspc, BlockTag.Latest, cancellation).ConfigureAwait(false);
        await SendAsync(
            $"TCB info of {family}",
            _collateral.SubmitTcbInfo(files.TcbInfo, files.TcbInfoSignature, signer),
            IsHeld(held, files.TcbInfo),
            cancellation).ConfigureAwait(false);
        tee = PlatformFiles.Field(files.QeIdentity, "id") == "TD_QE" ? DcapCollateralContract.Tdx : DcapCollateralContract.Sgx;
        held = await _collateral.GetQeIdentityDatesAsync(tee, BlockTag.Latest, cancellation).ConfigureAwait(false);
        await SendAsync(
            "QE identity", _collateral.SubmitQeIdentity(files.QeIdentity, files.QeIdentitySignature, signer), IsHeld(held, files.QeIdentity), cancellation)
            .ConfigureAwait(false);
    }

    private static bool IsHeld(CollateralDates? held, ReadOnlyMemory<byte> text) => held is not null && held.IssueDate >= PlatformFiles.Time(text, "issueDate");

    private async Task SendAsync(string name, TransactionRequest submission, bool held, CancellationToken cancellation)
    {
        if (held)
        {
            _tell($"{name}: held");
            return;
        }

        Address to = submission.To ?? throw new InvalidOperationException("a submission goes to a contract");
        TransactionReceipt receipt = await _chain.SendAsync(_key, to, submission.Data.AsMemory(), cancellation).ConfigureAwait(false);
        _tell($"{name}: {receipt.GasUsed:N0} gas");
    }
}
