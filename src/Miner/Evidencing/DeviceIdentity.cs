using System.Collections.Immutable;
using Ait.Chain;
using Ait.Miner.Configuring;
using Ait.Miner.Running;
using Ait.Protocol;

namespace Ait.Miner.Evidencing;

/// <summary>The one device this process drives, and where it registers.</summary>
internal sealed record DeviceIdentity
{
    public required ulong ChainId { get; init; }

    public required Address DeviceRegistry { get; init; }

    public required Address OperatorAccount { get; init; }

    public required Address EnclaveKey { get; init; }

    public required ImmutableArray<byte> GpuUuid { get; init; }

    public required Hash256 GpuId { get; init; }

    public required DeviceClass DeviceClass { get; init; }

    /// <summary>The measured program as the processor's evidence has it: 48 bytes of SEV-SNP, 384 of TDX, 256 of SGX.</summary>
    public required ImmutableArray<byte> Measurement { get; init; }

    /// <summary>What the registry keeps of a measurement.</summary>
    public Hash256 MeasurementHash => Keccak256.Hash(Measurement.AsSpan());

    public static DeviceIdentity Of(MinerOptions options, NetworkFacts network, Address operatorAccount, Address enclaveKey, Hash256 gpuId) => new()
    {
        ChainId = network.Domain.ChainId,
        DeviceRegistry = network.DeviceRegistry,
        OperatorAccount = operatorAccount,
        EnclaveKey = enclaveKey,
        GpuUuid = options.GpuUuid,
        GpuId = gpuId,
        DeviceClass = options.Class,
        Measurement = options.Measurement,
    };

    public DeviceBinding BindTo(ChallengeBlock block) =>
        new(ChainId, DeviceRegistry, OperatorAccount, EnclaveKey, GpuId, DeviceClass, block.Number, block.Hash);
}
