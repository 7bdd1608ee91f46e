using System.Collections.Immutable;
using System.Numerics;

using Ait.Chain.Abi;
using Ait.Chain.Rpc;
using Ait.Chain.Transactions;

namespace Ait.Chain.Contracts;

/// <summary>Intel's certificates and revocation lists for SGX and TDX: anyone submits, the governor pins roots.</summary>
public sealed class DcapCertificatesContract : GovernedContract
{
    /// <summary>Certificates at an address.</summary>
    public DcapCertificatesContract(Address address, EthereumClient client)
        : base(address, client, ContractArtifact.Load("DcapCertificates").Abi)
    {
    }

    /// <summary>Pins a root key by the SHA-384 of its DER SubjectPublicKeyInfo; governor only.</summary>
    public TransactionRequest PinRoot(ReadOnlyMemory<byte> fingerprint) => Transaction(DcapCertificatesSignatures.PinRoot, fingerprint);

    /// <summary>Unpins a root key; governor only.</summary>
    public TransactionRequest UnpinRoot(ReadOnlyMemory<byte> fingerprint) => Transaction(DcapCertificatesSignatures.UnpinRoot, fingerprint);

    /// <summary>Takes in the DER certificate of a pinned root.</summary>
    public TransactionRequest SubmitRoot(ReadOnlyMemory<byte> certificate) => Transaction(DcapCertificatesSignatures.SubmitRoot, certificate);

    /// <summary>Takes in a PCK CA or TCB Signing certificate.</summary>
    public TransactionRequest SubmitAuthority(ReadOnlyMemory<byte> certificate, Hash256 root) =>
        Transaction(DcapCertificatesSignatures.SubmitAuthority, certificate, root);

    /// <summary>Takes in a PCK certificate.</summary>
    public TransactionRequest SubmitPck(ReadOnlyMemory<byte> certificate, Hash256 authority) =>
        Transaction(DcapCertificatesSignatures.SubmitPck, certificate, authority);

    /// <summary>Takes in the DER revocation list of a root or a PCK CA.</summary>
    public TransactionRequest SubmitRevocationList(ReadOnlyMemory<byte> list, Hash256 issuer) =>
        Transaction(DcapCertificatesSignatures.SubmitRevocationList, list, issuer);

    /// <summary>Whether a root key is pinned.</summary>
    public async Task<bool> GetIsPinnedAsync(ReadOnlyMemory<byte> fingerprint, BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(DcapCertificatesSignatures.IsPinned, [fingerprint], block, cancellation).ConfigureAwait(false))[0].AsBoolean();

    /// <summary>The identifier that a certificate has under a parent; the parent of a root is zero.</summary>
    public async Task<Hash256> GetIdOfAsync(ReadOnlyMemory<byte> certificate, Hash256 parent, BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(DcapCertificatesSignatures.IdOf, [certificate, parent], block, cancellation).ConfigureAwait(false))[0].AsHash256();

    /// <summary>What a trusted PCK certificate says.</summary>
    /// <exception cref="ContractRevertedException">It is not trusted; the error says why.</exception>
    public async Task<PckRecord> GetPckAsync(Hash256 id, BlockTag block, CancellationToken cancellation) =>
        PckRecord.FromAbi((await ViewAsync(DcapCertificatesSignatures.PckOf, [id], block, cancellation).ConfigureAwait(false))[0]);

    /// <summary>Whether a certificate is trusted.</summary>
    public async Task<bool> GetIsTrustedAsync(Hash256 id, BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(DcapCertificatesSignatures.IsTrusted, [id], block, cancellation).ConfigureAwait(false))[0].AsBoolean();

    /// <summary>Whether a serial number is revoked by an issuer.</summary>
    public async Task<bool> GetIsRevokedAsync(Hash256 issuer, BigInteger serial, BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(DcapCertificatesSignatures.IsRevoked, [issuer, serial], block, cancellation).ConfigureAwait(false))[0].AsBoolean();

    /// <summary>When the list held of an issuer was issued and must be followed by the next, in Unix seconds; zeros without one.</summary>
    public async Task<(ulong ThisUpdate, ulong NextUpdate)> GetRevocationListAsync(Hash256 issuer, BlockTag block, CancellationToken cancellation)
    {
        ImmutableArray<AbiValue> answer = await ViewAsync(DcapCertificatesSignatures.RevocationListOf, [issuer], block, cancellation).ConfigureAwait(false);
        return (answer[0].AsUInt64(), answer[1].AsUInt64());
    }
}
