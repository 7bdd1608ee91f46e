using Ait.Chain;
using Ait.Miner.Evidencing;
using Ait.Protocol;

namespace Ait.Miner.Tests.Fixtures;

/// <summary>The registration half of a miner, wired as the program wires it, with hardware, chain and clock in the test's hands.</summary>
internal sealed class DeviceBench
{
    public static readonly byte[] GpuUuid = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];
    public static readonly Address Operator = Address.Parse("0x00000000000000000000000000000000000000b2");
    public static readonly Address EnclaveKey = Address.Parse("0x00000000000000000000000000000000000000c3");
    public static readonly Address Stranger = Address.Parse("0x00000000000000000000000000000000000000d4");

    public DeviceBench()
    {
        GpuId = GpuIdentity.OnMeasuredHost(Hardware.ChipId, GpuUuid);
        Contracts = new StandInContracts(Clock, GpuId, Operator);
        Binder = new EvidenceBinder(Hardware, null, [.. GpuUuid], [.. Hardware.Measurement]);
        Registrar = new DeviceRegistrar(Contracts, Binder, Desk, new DeviceIdentity
        {
            ChainId = 31_337,
            DeviceRegistry = Address.Parse("0x00000000000000000000000000000000000000e5"),
            OperatorAccount = Operator,
            EnclaveKey = EnclaveKey,
            GpuUuid = [.. GpuUuid],
            GpuId = GpuId,
            DeviceClass = DeviceClass.H100,
            Measurement = [.. Hardware.Measurement],
        });
        Keeper = new DeviceKeeper(Registrar, MinerBench.Fast with { Jitter = () => 0 }, TimeSpan.FromSeconds(3), Reporter, Clock);
    }

    public ManualClock Clock { get; } = new();

    public StandInHardware Hardware { get; } = new();

    public StandInDesk Desk { get; } = new();

    public RecordingReporter Reporter { get; } = new();

    public Hash256 GpuId { get; }

    public StandInContracts Contracts { get; }

    public EvidenceBinder Binder { get; }

    public DeviceRegistrar Registrar { get; }

    public DeviceKeeper Keeper { get; }
}
