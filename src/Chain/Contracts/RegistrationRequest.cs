using Ait.Chain.Abi;

namespace Ait.Chain.Contracts;

/// <summary>What <c>registerDevice</c> and <c>refreshDevice</c> take.</summary>
public sealed class RegistrationRequest
{
    /// <summary>The length of a GPU's UUID.</summary>
    public const int GpuUuidSize = 16;

    /// <summary>The account of the key made inside the TEE.</summary>
    public required Address EnclaveKey { get; init; }

    /// <summary>The GPU's UUID, 16 bytes.</summary>
    public required ReadOnlyMemory<byte> GpuUuid { get; init; }

    /// <summary>The device class.</summary>
    public required byte Class { get; init; }

    /// <summary>The block whose hash is the freshness challenge.</summary>
    public required ulong BlockNumber { get; init; }

    /// <summary>The attestation report.</summary>
    public required ReadOnlyMemory<byte> Report { get; init; }

    /// <summary>The DER certificate of the key that signed the report.</summary>
    public required ReadOnlyMemory<byte> Vcek { get; init; }

    internal AbiValue ToAbi() => AbiValue.List(EnclaveKey, GpuUuid, (uint)Class, BlockNumber, Report, Vcek);
}
