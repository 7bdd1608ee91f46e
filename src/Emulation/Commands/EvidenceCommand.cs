using System.Text.Json;
using Ait.Emulation.Amd;
using Ait.Emulation.Hosts;
using Ait.Emulation.Intel;
using Ait.Emulation.Nvidia;

namespace Ait.Emulation.Commands;

/// <summary>Prints evidence of a host and of its GPUs.</summary>
internal static class EvidenceCommand
{
    internal static readonly string[] Options =
        ["root", "host", "report-data", "binding", "measurement", "runtime-measurements", "version", "vmpl", "host-data", "gpu", "gpu-nonce"];

    internal static readonly string[] Flags = ["debug", "migration-agent"];

    private static readonly string[] s_amdOnly = ["vmpl", "host-data", "migration-agent"];

    internal static byte[] Run(Arguments arguments, DateTimeOffset now)
    {
        var store = new EmulationStore(arguments.Required("root"));
        byte[]? given = arguments.OptionalHex("report-data", 64);
        byte[]? binding = arguments.OptionalHex("binding", 32);
        if (given is null == binding is null)
        {
            throw new EmulationException("Give either --report-data (64 bytes in hex) or --binding (32).");
        }

        int[] places = [.. arguments.Numbers("gpu", 0, 255)];
        byte[]? nonce = arguments.OptionalHex("gpu-nonce", 32) ?? binding;
        if (places.Length > 0 && nonce is null)
        {
            throw new EmulationException("Option --gpu takes its nonce from --binding, or from --gpu-nonce.");
        }

        EmulatedHost host = store.OpenHost(arguments.Required("host"));
        IReadOnlyList<GpuAnswer> answers = new EmulatedGuest(store, host).AskGpus(places, nonce ?? []);
        byte[] reportData = given ?? EmulatedGuest.ReportData(binding!, answers); // one of the two is given
        Action<Utf8JsonWriter> evidence = host.Tee == EmulatedTee.Snp
            ? Report(store, host, reportData, arguments)
            : Quote(store, host, reportData, arguments, now);
        return EmulationStore.Json(json =>
        {
            json.WriteStartObject();
            evidence(json);
            if (binding is not null)
            {
                json.WriteString("reportData", HostJson.Hex(reportData));
            }

            if (answers.Count > 0)
            {
                WriteGpus(json, store, answers);
            }

            json.WriteEndObject();
        });
    }

    private static Action<Utf8JsonWriter> Report(EmulationStore store, EmulatedHost host, byte[] reportData, Arguments arguments)
    {
        arguments.Refuse(["runtime-measurements"], "TDX");
        var report = new EmulatedReport
        {
            ReportData = reportData,
            Measurement = arguments.Hex("measurement", 48),
            HostData = arguments.OptionalHex("host-data", 32) ?? new byte[32],
            Version = arguments.Number("version", 3, 2, 5),
            Vmpl = (uint)arguments.Number("vmpl", 0, 0, 3),
            Debug = arguments.Has("debug"),
            MigrationAgent = arguments.Has("migration-agent"),
        };
        using EmulatedChip chip = store.OpenChip(host);
        (byte[] ask, byte[] ark) = store.ReadPath(chip.Product);
        byte[] signed = chip.Report(report);
        return json =>
        {
            json.WriteString("report", HostJson.Hex(signed));
            json.WriteString("vcek", HostJson.Hex(host.Amd!.Vcek)); // OpenChip found it
            json.WriteString("ask", HostJson.Hex(ask));
            json.WriteString("ark", HostJson.Hex(ark));
        };
    }

    private static Action<Utf8JsonWriter> Quote(EmulationStore store, EmulatedHost host, byte[] reportData, Arguments arguments, DateTimeOffset now)
    {
        arguments.Refuse(s_amdOnly, "SNP");
        bool tdx = host.Tee == EmulatedTee.Tdx;
        if (!tdx)
        {
            arguments.Refuse(["runtime-measurements"], "TDX");
        }

        int version = tdx ? arguments.Number("version", 4, 4, 5) : arguments.Number("version", 3, 3, 5);
        const ulong SeptVeDisable = 1ul << 28;
        const ulong EnclaveMode64 = 1ul << 2;
        var quote = new EmulatedQuote
        {
            Tdx = tdx,
            Version = version,
            BodyType = version == 5 ? 3 : 2,
            ReportData = reportData,
            Measurement = arguments.Hex("measurement", tdx ? 48 : 32),
            RuntimeMeasurements = arguments.OptionalHex("runtime-measurements", 192) ?? new byte[192],
            Attributes = (tdx ? SeptVeDisable : EnclaveMode64) | (arguments.Has("debug") ? (tdx ? 1ul : 2ul) : 0),
        };
        using EmulatedIntelPlatform platform = store.OpenPlatform(host);
        byte[] signed = platform.Quote(quote);
        byte[] collateral = CollateralCommand.OfIntel(store, host.Tee, now);
        return json =>
        {
            json.WriteString("quote", HostJson.Hex(signed));
            json.WritePropertyName("collateral");
            json.WriteRawValue(collateral);
        };
    }

    private static void WriteGpus(Utf8JsonWriter json, EmulationStore store, IReadOnlyList<GpuAnswer> answers)
    {
        using EmulatedNvidiaVendor vendor = store.OpenOrCreateNvidia();
        byte[] driver = vendor.Reference(EmulatedReference.Driver);
        byte[] vbios = vendor.Reference(EmulatedReference.Vbios);
        json.WriteStartArray("gpus");
        foreach (GpuAnswer answer in answers)
        {
            json.WriteStartObject();
            json.WriteString("uuid", answer.Gpu.Uuid);
            json.WriteString("class", answer.Gpu.Class);
            json.WriteString("request", HostJson.Hex(answer.Evidence[..EmulatedGpuReport.RequestLength]));
            json.WriteString("response", HostJson.Hex(answer.Evidence[EmulatedGpuReport.RequestLength..]));
            json.WriteStartArray("certificates");
            foreach (byte[] certificate in answer.Certificates)
            {
                json.WriteStringValue(HostJson.Hex(certificate));
            }

            json.WriteEndArray();
            json.WriteString("driverReference", HostJson.Hex(driver));
            json.WriteString("vbiosReference", HostJson.Hex(vbios));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
