using Ait.Chain.Rpc;
using Ait.Chain.Transactions;

namespace Ait.Chain.Contracts;

/// <summary>Intel's TCB info and QE identities: anyone submits what Intel signed, the governor sets the least evaluation number.</summary>
public sealed class DcapCollateralContract : GovernedContract
{
    /// <summary>SGX, an enclave.</summary>
    public const byte Sgx = 0;

    /// <summary>TDX, a trust domain.</summary>
    public const byte Tdx = 0x81;

    /// <summary>The length of FMSPC.</summary>
    public const int FmspcSize = 6;

    private const int SignatureSize = 64;

    /// <summary>Collateral at an address.</summary>
    public DcapCollateralContract(Address address, EthereumClient client)
        : base(address, client, ContractArtifact.Load("DcapCollateral").Abi)
    {
    }

    /// <summary>Takes in TCB info: the exact bytes that Intel signed, and the 64 bytes of r and s.</summary>
    public TransactionRequest SubmitTcbInfo(ReadOnlyMemory<byte> json, ReadOnlyMemory<byte> signature, Hash256 signer) =>
        Submit(DcapCollateralSignatures.SubmitTcbInfo, json, signature, signer);

    /// <summary>Takes in the identity of a quoting enclave: the exact bytes that Intel signed, and the 64 bytes of r and s.</summary>
    public TransactionRequest SubmitQeIdentity(ReadOnlyMemory<byte> json, ReadOnlyMemory<byte> signature, Hash256 signer) =>
        Submit(DcapCollateralSignatures.SubmitQeIdentity, json, signature, signer);

    /// <summary>Sets the least evaluation number accepted; governor only.</summary>
    public TransactionRequest SetLeastEvaluationNumber(ushort evaluationNumber) =>
        Transaction(DcapCollateralSignatures.SetLeastEvaluationNumber, (uint)evaluationNumber);

    /// <summary>The least evaluation number accepted.</summary>
    public async Task<uint> GetLeastEvaluationNumberAsync(BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(DcapCollateralSignatures.LeastEvaluationNumber, [], block, cancellation).ConfigureAwait(false))[0].AsUInt32();

    /// <summary>The TCB info held of a processor family; null when there is none.</summary>
    public async Task<CollateralDates?> GetTcbInfoDatesAsync(byte tee, ReadOnlyMemory<byte> fmspc, BlockTag block, CancellationToken cancellation) =>
        CollateralDates.FromAbi(await ViewAsync(DcapCollateralSignatures.TcbInfoDates, [(uint)tee, fmspc], block, cancellation).ConfigureAwait(false));

    /// <summary>The identity held of a quoting enclave; null when there is none.</summary>
    public async Task<CollateralDates?> GetQeIdentityDatesAsync(byte tee, BlockTag block, CancellationToken cancellation) =>
        CollateralDates.FromAbi(await ViewAsync(DcapCollateralSignatures.QeIdentityDates, [(uint)tee], block, cancellation).ConfigureAwait(false));

    private TransactionRequest Submit(string function, ReadOnlyMemory<byte> json, ReadOnlyMemory<byte> signature, Hash256 signer)
    {
        if (signature.Length != SignatureSize)
        {
            throw new ArgumentException($"Expected {SignatureSize} bytes of r and s, found {signature.Length}.", nameof(signature));
        }

        return Transaction(function, json, signature[..Hash256.Size], signature[Hash256.Size..], signer);
    }
}
