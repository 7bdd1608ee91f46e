using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Ait.Attestation.Dcap;
using Ait.Attestation.Devices;
using Ait.Attestation.Nvidia;
using Ait.Attestation.SevSnp;

namespace Ait.Attestation.Manifest;

/// <summary>Writes a judgement as one line of JSON.</summary>
public static class JudgementJson
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.Default };

    /// <summary>
    /// <c>id</c>, <c>platform</c>, <c>verdict</c> (<c>genuine</c> or <c>refused</c>), <c>refusal</c> (name or null),
    /// <c>reasons</c> where refused and <c>facts</c> where genuine. No line break inside.
    /// </summary>
    public static string Line(ManifestJudgement judgement)
    {
        ArgumentNullException.ThrowIfNull(judgement);
        return Line(judgement.Id, judgement.Platform, judgement.Verdict);
    }

    /// <summary>The same for a verdict that came from no manifest.</summary>
    public static string Line(string id, string? platform, Verdict verdict)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, s_options))
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            json.WriteString("platform", platform);
            switch (verdict)
            {
                case Verdict.Genuine genuine:
                    json.WriteString("verdict", "genuine");
                    json.WriteNull("refusal");
                    json.WritePropertyName("facts");
                    WriteFacts(json, genuine.Facts);
                    break;
                case Verdict.Refused refused:
                    json.WriteString("verdict", "refused");
                    json.WriteString("refusal", refused.Reason.Code.ToString());
                    json.WriteStartArray("reasons");
                    foreach (RefusalReason reason in refused.Reasons)
                    {
                        WriteReason(json, reason);
                    }

                    json.WriteEndArray();
                    break;
                default:
                    throw new ArgumentException("unknown kind of verdict", nameof(verdict));
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteReason(Utf8JsonWriter json, RefusalReason reason)
    {
        json.WriteStartObject();
        json.WriteString("code", reason.Code.ToString());
        json.WriteNumber("number", (int)reason.Code);
        json.WriteString("what", reason.What);
        json.WriteString("expected", reason.Expected);
        json.WriteString("found", reason.Found);
        if (reason.Offset is { } offset)
        {
            json.WriteNumber("offset", offset);
        }

        json.WriteEndObject();
    }

    private static void WriteFacts(Utf8JsonWriter json, EvidenceFacts facts)
    {
        json.WriteStartObject();
        switch (facts)
        {
            case SnpFacts snp:
                WriteSnp(json, snp);
                break;
            case DcapFacts dcap:
                WriteDcap(json, dcap);
                break;
            case NvidiaFacts nvidia:
                WriteNvidia(json, nvidia);
                break;
            case DeviceFacts device:
                WriteDevice(json, device);
                break;
            default:
                throw new ArgumentException("unknown kind of facts", nameof(facts));
        }

        json.WriteString("expires_at", facts.ExpiresAt.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        json.WriteEndObject();
    }

    private static void WriteSnp(Utf8JsonWriter json, SnpFacts facts)
    {
        json.WriteString("product", facts.Product.ToString());
        json.WriteNumber("report_version", facts.ReportVersion);
        json.WriteString("signing_key", facts.SigningKey == SnpSigningKey.Vcek ? "VCEK" : "VLEK");
        json.WriteString("chip_id", facts.ChipId?.ToString());
        json.WriteString("measurement", facts.Measurement.ToString());
        json.WriteString("report_data", facts.ReportData.ToString());
        json.WriteString("host_data", facts.HostData.ToString());
        json.WriteString("policy", facts.Policy.ToString());
        json.WriteNumber("vmpl", facts.Vmpl);
        json.WriteString("platform_info", string.Create(CultureInfo.InvariantCulture, $"0x{(ulong)facts.PlatformInfo:x}"));
        WriteTcb(json, "reported_tcb", facts.ReportedTcb);
        WriteTcb(json, "current_tcb", facts.CurrentTcb);
        WriteTcb(json, "committed_tcb", facts.CommittedTcb);
        WriteTcb(json, "launch_tcb", facts.LaunchTcb);
        json.WriteString("endorsed_key", facts.EndorsedKey.ToString());
    }

    private static void WriteDcap(Utf8JsonWriter json, DcapFacts facts)
    {
        json.WriteString("tee", facts.Tee == DcapTee.Sgx ? "SGX" : "TDX");
        json.WriteNumber("quote_version", facts.QuoteVersion);
        json.WriteString("fmspc", facts.Fmspc.ToString());
        json.WriteString("chip_id", facts.ChipId?.ToString());
        json.WriteString("measurement", facts.Measurement.ToString());
        json.WriteString("program", facts.Program.ToString());
        json.WriteString("report_data", facts.ReportData.ToString());
        json.WriteString("mrsigner", facts.MrSigner.Length == 0 ? null : facts.MrSigner.ToString());
        json.WriteStartArray("rtmr");
        foreach (ByteString register in facts.RuntimeMeasurements)
        {
            json.WriteStringValue(register.ToString());
        }

        json.WriteEndArray();
        json.WriteString("tcb_status", facts.Status.ToString());
        json.WriteStartArray("advisories");
        foreach (string advisory in facts.Advisories)
        {
            json.WriteStringValue(advisory);
        }

        json.WriteEndArray();
        json.WriteNumber("tcb_evaluation_number", facts.EvaluationNumber);
    }

    private static void WriteNvidia(Utf8JsonWriter json, NvidiaFacts facts)
    {
        json.WriteString("chip", facts.Chip);
        json.WriteString("architecture", facts.Architecture.ToString());
        json.WriteString("driver", facts.DriverVersion);
        json.WriteString("vbios", facts.VbiosVersion);
        json.WriteString("mode", facts.Mode.ToString());
        json.WriteString("chip_id", facts.ChipId?.ToString());
        json.WriteString("measurement", facts.Measurement.ToString());
        json.WriteString("nonce", facts.ReportData.ToString());
        json.WriteString("fwid", facts.FirmwareId.Length == 0 ? null : facts.FirmwareId.ToString());
        json.WriteString("device_key", facts.DeviceKey.ToString());
        json.WriteString("attestation_key", facts.AttestationKey.ToString());
        json.WriteBoolean("driver_compared", facts.DriverCompared);
        json.WriteBoolean("vbios_compared", facts.VbiosCompared);
        json.WriteStartArray("devices");
        foreach (ByteString device in facts.Devices)
        {
            json.WriteStringValue(device.ToString());
        }

        json.WriteEndArray();
    }

    private static void WriteDevice(Utf8JsonWriter json, DeviceFacts facts)
    {
        VerifiedDevice first = facts.Devices[0];
        json.WriteString("profile", facts.Profile.ToString());
        json.WriteString("binding", first.Binding.ToString());
        json.WriteString("program", first.Program.ToString());
        json.WriteString("chip_id", first.ChipId.ToString());
        json.WritePropertyName("host");
        WriteFacts(json, first.Host);
        json.WriteStartArray("gpus");
        foreach (VerifiedDevice device in facts.Devices)
        {
            if (device.Gpu is { } gpu)
            {
                WriteFacts(json, gpu);
            }
        }

        json.WriteEndArray();
    }

    private static void WriteTcb(Utf8JsonWriter json, string name, TcbVersion tcb)
    {
        json.WriteStartObject(name);
        if (tcb.Product == SnpProduct.Turin)
        {
            json.WriteNumber("fmc", tcb.Fmc);
        }

        json.WriteNumber("bl", tcb.BootLoader);
        json.WriteNumber("tee", tcb.Tee);
        json.WriteNumber("snp", tcb.Snp);
        json.WriteNumber("ucode", tcb.Microcode);
        json.WriteEndObject();
    }
}
