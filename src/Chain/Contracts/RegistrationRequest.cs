using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

using Ait.Chain.Abi;

namespace Ait.Chain.Contracts;

/// <summary>What <c>registerDevice</c> and <c>refreshDevice</c> take.</summary>
public sealed class RegistrationRequest
{
    private static readonly Lazy<ContractAbi> s_abi = new(static () => ContractArtifact.Load("DeviceRegistry").Abi);

    /// <summary>The length of a GPU's UUID.</summary>
    public const int GpuUuidSize = 16;

    /// <summary>AMD SEV-SNP.</summary>
    public const byte SevSnp = 1;

    /// <summary>Intel DCAP, of TDX or SGX.</summary>
    public const byte Dcap = 2;

    /// <summary>The account of the key made inside the TEE.</summary>
    public required Address EnclaveKey { get; init; }

    /// <summary>The GPU's UUID, 16 bytes.</summary>
    public required ReadOnlyMemory<byte> GpuUuid { get; init; }

    /// <summary>The device class.</summary>
    public required byte Class { get; init; }

    /// <summary>Whose evidence the report is: <see cref="SevSnp"/> or <see cref="Dcap"/>.</summary>
    public required byte Platform { get; init; }

    /// <summary>The block whose hash is the freshness challenge.</summary>
    public required ulong BlockNumber { get; init; }

    /// <summary>The attestation report, or the quote.</summary>
    public required ReadOnlyMemory<byte> Report { get; init; }

    /// <summary>
    /// The DER certificate of the key that signed the report, or the 32 bytes of its identifier in the certificate cache; of a quote, the
    /// identifier of its PCK certificate.
    /// </summary>
    public required ReadOnlyMemory<byte> Endorsement { get; init; }

    /// <summary>Hints for the report's signature; may be empty.</summary>
    public required ReadOnlyMemory<byte> Hints { get; init; }

    /// <summary>Evidence of the GPU itself.</summary>
    public required GpuEvidenceRecord Gpu { get; init; }

    /// <summary>The tuple that the contract takes.</summary>
    public AbiValue ToAbi() =>
        AbiValue.List(EnclaveKey, GpuUuid, (uint)Class, (uint)Platform, BlockNumber, Report, Endorsement, Hints, Gpu.ToAbi());

    /// <summary>Reads the calldata of <c>registerDevice</c> or <c>refreshDevice</c>.</summary>
    public static bool TryDecodeCall(ReadOnlySpan<byte> calldata, [NotNullWhen(true)] out RegistrationRequest? request, [NotNullWhen(false)] out DecodeFault? fault)
    {
        request = null;
        ContractAbi abi = s_abi.Value;
        if (!abi.Function(DeviceRegistrySignatures.RegisterDevice).TryDecodeCall(calldata, out ImmutableArray<AbiValue> arguments, out fault)
            && !abi.Function(DeviceRegistrySignatures.RefreshDevice).TryDecodeCall(calldata, out arguments, out fault))
        {
            return false;
        }

        AbiValue written = arguments[0];
        request = new RegistrationRequest
        {
            EnclaveKey = written[0].AsAddress(),
            GpuUuid = written[1].AsBytes(),
            Class = written[2].AsByte(),
            Platform = written[3].AsByte(),
            BlockNumber = written[4].AsUInt64(),
            Report = written[5].AsBytes(),
            Endorsement = written[6].AsBytes(),
            Hints = written[7].AsBytes(),
            Gpu = GpuEvidenceRecord.FromAbi(written[8]),
        };
        fault = null;
        return true;
    }
}
