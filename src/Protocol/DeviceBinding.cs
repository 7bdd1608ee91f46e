using System.Security.Cryptography;
using Ait.Chain;
using Ait.Protocol.Codec;

namespace Ait.Protocol;

/// <summary>What a guest puts into its evidence's report data, so that the evidence speaks of this device on this network only.</summary>
/// <param name="ChainId">EIP-155 chain id.</param>
/// <param name="DeviceRegistry">The registry the device registers with.</param>
/// <param name="Operator">The account that registers and is paid.</param>
/// <param name="EnclaveKey">Address of the key generated inside the TEE.</param>
/// <param name="GpuId">The GPU, by <see cref="GpuIdentity"/>.</param>
/// <param name="DeviceClass">The class claimed.</param>
/// <param name="BlockNumber">A recent block: the freshness challenge.</param>
/// <param name="BlockHash">That block's hash.</param>
public sealed record DeviceBinding(
    ulong ChainId,
    Address DeviceRegistry,
    Address Operator,
    Address EnclaveKey,
    Hash256 GpuId,
    DeviceClass DeviceClass,
    ulong BlockNumber,
    Hash256 BlockHash)
{
    /// <summary>Length of report data in bytes.</summary>
    public const int ReportDataSize = 64;

    private static readonly Hash256 s_domain = Keccak256.Hash("AIT device binding v1"u8);

    /// <summary><c>keccak256(abi.encode(domain, chainId, registry, operator, enclaveKey, gpuId, class, blockNumber, blockhash))</c>.</summary>
    public Hash256 Compute() => new Words(stackalloc byte[9 * 32])
        .Add(s_domain)
        .Add(ChainId)
        .Add(DeviceRegistry)
        .Add(Operator)
        .Add(EnclaveKey)
        .Add(GpuId)
        .Add((ulong)DeviceClass)
        .Add(BlockNumber)
        .Add(BlockHash)
        .Hash();

    /// <summary>The 64 bytes of report data of a GPU with evidence: the binding, then SHA-256 of the GPU's report (request ‖ response).</summary>
    public byte[] ReportData(ReadOnlySpan<byte> gpuReport)
    {
        byte[] reportData = ReportData();
        SHA256.HashData(gpuReport, reportData.AsSpan(Hash256.Size));
        return reportData;
    }

    /// <summary>The 64 bytes of report data of a class without GPU evidence: the binding, then zeros.</summary>
    public byte[] ReportData()
    {
        byte[] reportData = new byte[ReportDataSize];
        Compute().CopyTo(reportData);
        return reportData;
    }
}
