using Ait.Emulation.Amd;
using Ait.Emulation.Hosts;
using Ait.Emulation.Intel;
using Ait.Emulation.Nvidia;

namespace Ait.Emulation.Commands;

/// <summary>Prints what the vendors of a host publish about it. Everything is signed anew: from yesterday, for thirty days.</summary>
internal static class CollateralCommand
{
    private const int DaysBefore = 1;
    private const int Days = 30;

    internal static byte[] Run(Arguments arguments, DateTimeOffset now)
    {
        var store = new EmulationStore(arguments.Required("root"));
        EmulatedHost host = store.OpenHost(arguments.Required("host"));
        return EmulationStore.Json(json =>
        {
            json.WriteStartObject();
            json.WriteString("tee", HostJson.TeeName(host.Tee));
            if (host.Amd is { } amd)
            {
                using EmulatedAmdRoot root = store.OpenOrCreateRoot(amd.Product);
                json.WriteString("crl", HostJson.Hex(root.IssueRevocationList(Begin(now), End(now))));
            }
            else
            {
                json.WritePropertyName("collateral");
                json.WriteRawValue(OfIntel(store, host.Tee, now));
            }

            if (host.Gpus.Any(gpu => gpu.DeviceKey is not null))
            {
                using EmulatedNvidiaVendor nvidia = store.OpenOrCreateNvidia();
                json.WriteString("driverReference", HostJson.Hex(nvidia.Reference(EmulatedReference.Driver)));
                json.WriteString("vbiosReference", HostJson.Hex(nvidia.Reference(EmulatedReference.Vbios)));
                json.WriteStartArray("gpuCrls");
                json.WriteStringValue(HostJson.Hex(nvidia.RevocationList(true, Begin(now), End(now))));
                json.WriteStringValue(HostJson.Hex(nvidia.RevocationList(false, Begin(now), End(now))));
                json.WriteEndArray();
            }

            json.WriteEndObject();
        });
    }

    internal static byte[] OfIntel(EmulationStore store, EmulatedTee tee, DateTimeOffset now)
    {
        using EmulatedIntelVendor intel = store.OpenOrCreateIntel();
        bool tdx = tee == EmulatedTee.Tdx;
        return intel.Collateral(new EmulatedCollateral
        {
            IssueDate = Begin(now),
            NextUpdate = End(now),
            TcbId = tdx ? "TDX" : "SGX",
            QeId = tdx ? "TD_QE" : "QE",
            ProcessorAuthority = !tdx,
        });
    }

    internal static DateTimeOffset End(DateTimeOffset now) => Begin(now).AddDays(Days);

    internal static DateTimeOffset Begin(DateTimeOffset now) =>
        new DateTimeOffset(now.Year, now.Month, now.Day, 0, 0, 0, TimeSpan.Zero).AddDays(-DaysBefore);
}
