using System.Globalization;
using Ait.Chain;
using Ait.Miner.Evidencing;

namespace Ait.Miner.Reporting;

/// <summary>Every event of the device's registration, by name.</summary>
internal static class DeviceEvents
{
    public static MinerEvent Registered(ChainDevice device, Hash256 transaction) =>
        Enrolled("registered", device, transaction, "is registered");

    public static MinerEvent Refreshed(ChainDevice device, Hash256 transaction) =>
        Enrolled("refreshed", device, transaction, "has fresh evidence");

    public static MinerEvent Waiting(ContractRefusal refusal) =>
        new("waiting", Severity.Warning, refusal.Sentence, [new Fact("code", refusal.Code)]) { Remedy = refusal.Remedy };

    public static MinerEvent Refused(ContractRefusal refusal) =>
        new("refused", Severity.Error, refusal.Sentence, [new Fact("code", refusal.Code)]) { Remedy = refusal.Remedy };

    private static MinerEvent Enrolled(string kind, ChainDevice device, Hash256 transaction, string what) => new(
        kind,
        Severity.Information,
        $"{device.DeviceClass} {Amount.Short(device.GpuId.ToString())} {what}, slot {device.Slot.ToString(CultureInfo.InvariantCulture)}, valid until {device.ValidUntil.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture)}.",
        [
            new Fact("gpuId", device.GpuId.ToString()),
            new Fact("slot", string.Empty, device.Slot),
            new Fact("class", device.DeviceClass.ToString()),
            new Fact("operator", device.OperatorAccount.ToString()),
            new Fact("enclaveKey", device.EnclaveKey.ToString()),
            new Fact("validUntil", string.Empty, (ulong)Math.Max(0, device.ValidUntil.ToUnixTimeSeconds())),
            new Fact("transaction", transaction.ToString()),
        ]);
}
