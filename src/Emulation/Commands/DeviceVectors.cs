using System.Security.Cryptography;
using System.Text.Json;
using Ait.Emulation.Amd;
using Ait.Emulation.Hosts;
using Ait.Emulation.Intel;
using Ait.Emulation.Nvidia;

namespace Ait.Emulation.Commands;

/// <summary>
/// Writes the vectors of Intel's and NVIDIA's formats, and of whole devices: a CPU and a GPU that name each other. The SNP half
/// of a device is signed by the chip whose scalar is published beside it (<c>genoa-v3</c>), so that all share one certificate path.
/// Paths in the manifest are relative to the folder above.
/// </summary>
internal sealed class DeviceVectors : IDisposable
{
    private static readonly DateTimeOffset s_begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly EmulatedCollateral s_tdx = new()
    {
        IssueDate = new DateTimeOffset(2026, 11, 12, 0, 0, 0, TimeSpan.Zero),
        NextUpdate = new DateTimeOffset(2026, 12, 12, 0, 0, 0, TimeSpan.Zero),
    };

    private static readonly EmulatedCollateral s_sgx = s_tdx with { TcbId = "SGX", QeId = "QE", ProcessorAuthority = true };
    private static readonly byte[] s_counting = Counting(0x01, 64);

    private readonly string _folder;
    private readonly VectorManifest _manifest = new();
    private readonly EmulatedIntelVendor _intel = new(s_begin);
    private readonly EmulatedNvidiaVendor _nvidia = new(s_begin, s_begin.AddYears(10));

    private DeviceVectors(string folder) => _folder = folder;

    internal static byte[] Write(string folder)
    {
        using var vectors = new DeviceVectors(folder);
        vectors.Intel();
        vectors.Nvidia();
        vectors.Devices();
        (string, byte[])[] roots =
        [
            ("Genoa", Fingerprint(File.ReadAllBytes(Path.Combine(folder, "..", "genoa-v3", "ark.der")))),
            ("intel", vectors._intel.RootFingerprint),
            ("nvidiaDevice", vectors._nvidia.DeviceRootFingerprint),
            ("nvidiaReference", vectors._nvidia.ReferenceRootFingerprint),
        ];
        vectors._manifest.Write(Path.Combine(folder, "manifest.json"), roots);
        return EmulationStore.Json(json => json.WriteNumberValue(vectors._manifest.Count));
    }

    public void Dispose()
    {
        _intel.Dispose();
        _nvidia.Dispose();
    }

    private void Intel()
    {
        using var platform = EmulatedIntelPlatform.Generate(_intel, s_begin, 0x1A17);
        using var enclaves = EmulatedIntelPlatform.Generate(_intel, s_begin, 0x1A18, processor: true);
        using var stranger = new EmulatedIntelVendor(s_begin);
        using var strange = EmulatedIntelPlatform.Generate(stranger, s_begin, 0x1A19);
        EmulatedQuote quote = Domain(s_counting);
        var enclave = new EmulatedQuote { Version = 3, Tdx = false, ReportData = s_counting, Measurement = Counting(0xA0, 32), Attributes = 4 };
        byte[] signed = platform.Quote(quote);

        Quote("tdx-v4", signed, _intel, s_tdx, string.Empty);
        Quote("tdx-v5", platform.Quote(quote with { Version = 5, BodyType = 3 }), _intel, s_tdx, string.Empty);
        Quote("tdx-v4-padded", [.. signed, .. new byte[1000]], _intel, s_tdx, string.Empty);
        Quote("tdx-v4-debug", platform.Quote(quote with { Attributes = 1 }), _intel, s_tdx, "DebugEnabled");
        Quote("tdx-v4-signed-byte-flipped", Changed(signed, 48 + 520), _intel, s_tdx, "ReportSignature");
        Quote("tdx-v4-qe-report-flipped", Changed(signed, 48 + 584 + 4 + 128 + 6 + 10), _intel, s_tdx, "QuotingEnclaveSignature");
        Quote("tdx-v4-other-attestation-key", platform.Quote(quote with { BreaksBinding = true }), _intel, s_tdx, "QuotingEnclaveBinding");
        Quote("tdx-v4-out-of-date", signed, _intel, s_tdx with { PlatformStatus = "OutOfDate" }, "TcbStatus");
        Quote("tdx-v4-tcb-below-every-level", signed, _intel, s_tdx with { PceSvn = 14 }, "TcbNotSupported");
        Quote("tdx-v4-pck-revoked", signed, _intel, s_tdx with { RevokedByAuthority = [0x1A17] }, "CertificateRevoked");
        Quote("tdx-v4-collateral-stale", signed, _intel, s_tdx with { IssueDate = s_begin, NextUpdate = s_begin.AddDays(30) }, "RevocationListStale");
        Quote("tdx-v4-other-fmspc", signed, _intel, s_tdx with { Fmspc = "90C06F000001" }, "CollateralMismatch");
        Quote("tdx-v4-other-root", strange.Quote(quote), stranger, s_tdx, "RootNotPinned");
        Quote("tdx-v5-service-domain", platform.Quote(quote with { Version = 5, BodyType = 3, MrServiceTd = Counting(1, 48) }), _intel, s_tdx, "ServiceDomain");
        Quote("sgx-v3", enclaves.Quote(enclave), _intel, s_sgx, string.Empty);
        Quote("sgx-v3-debug", enclaves.Quote(enclave with { Attributes = 6 }), _intel, s_sgx, "DebugEnabled");
        Scalar("tdx-v4", platform.ExportScalar());
        Scalar("sgx-v3", enclaves.ExportScalar());
    }

    private void Nvidia()
    {
        using EmulatedNvidiaGpu gpu = EmulatedNvidiaGpu.Generate(_nvidia);
        using EmulatedNvidiaGpu sibling = EmulatedNvidiaGpu.Generate(_nvidia);
        EmulatedNvidiaGpu updated = gpu.WithNewFirmware();
        using var stranger = new EmulatedNvidiaVendor(s_begin, s_begin.AddYears(10));
        using EmulatedNvidiaGpu strange = EmulatedNvidiaGpu.Generate(stranger);
        var said = new EmulatedGpuReport { Nonce = Counting(0x01, 32) };
        byte[] signed = gpu.Report(said);
        byte[][] path = gpu.Certify(said);

        Gpu("h100", signed, path, string.Empty);
        Gpu("h100-sibling", sibling.Report(said), sibling.Certify(said), string.Empty);
        Gpu("h100-new-firmware", updated.Report(said), updated.Certify(said), string.Empty);
        Gpu("h100-signed-byte-flipped", Changed(signed, 4), path, "ReportSignature");
        Gpu("h100-other-certificate", signed, updated.Certify(said), "ReportSignature");
        Gpu("h100-firmware-id", gpu.Report(said.With(20, Counting(1, 48))), path, "FirmwareIdMismatch");
        Gpu("h100-measurement", gpu.Report(said.WithBlock(22, 0xEE)), path, "ReferenceDiffers");
        Gpu("h100-issuer-left-out", signed, [.. path[..2], .. path[3..]], "IssuerMismatch");
        Gpu("h100-other-root", strange.Report(said), strange.Certify(said), "RootNotPinned");
        EmulatedGpuReport switches = said with { Chip = "LS_10", Unit = "FSP" };
        Gpu("nvswitch", gpu.Report(switches), gpu.Certify(switches), "NotAGpu");
        Scalar("h100", gpu.ExportScalar());
        File.WriteAllBytes(Path.Combine(_folder, "driver.xml"), _nvidia.Reference(EmulatedReference.Driver));
        File.WriteAllBytes(Path.Combine(_folder, "vbios.xml"), _nvidia.Reference(EmulatedReference.Vbios));
    }

    private void Devices()
    {
        using EmulatedNvidiaGpu gpu = EmulatedNvidiaGpu.Generate(_nvidia);
        using var platform = EmulatedIntelPlatform.Generate(_intel, s_begin, 0x1A1A);
        using EmulatedChip chip = PublishedChip();
        byte[] binding = Counting(0x01, 32);
        var said = new EmulatedGpuReport { Nonce = binding };
        byte[] evidence = gpu.Report(said);
        byte[] reportData = [.. binding, .. SHA256.HashData(evidence)];
        byte[][] path = gpu.Certify(said);
        var report = new EmulatedReport { ReportData = reportData, Measurement = Counting(0xA0, 48) };

        Device("snp-h100", SnpFiles("snp-h100", chip.Report(report)), evidence, path, binding);
        Device("tdx-h100", QuoteFiles("tdx-h100", platform.Quote(Domain(reportData)), _intel, s_tdx), evidence, path, binding);
    }

    private EmulatedChip PublishedChip()
    {
        string place = Path.Combine(_folder, "..", "genoa-v3");
        byte[] report = File.ReadAllBytes(Path.Combine(place, "report.bin"));
        byte[] scalar = Convert.FromHexString(File.ReadAllText(Path.Combine(place, "vcek-scalar.hex")).Trim());
        var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP384, D = scalar });
        return new EmulatedChip(EmulatedProduct.Genoa, report[0x1A0..0x1E0], EmulatedTcb.Default(EmulatedProduct.Genoa), key);
    }

    private static EmulatedQuote Domain(byte[] reportData) => new()
    {
        ReportData = reportData,
        Measurement = Counting(0xA0, 48),
        RuntimeMeasurements = Counting(0x10, 192),
        Attributes = 1ul << 28,
    };

    private void Quote(string id, byte[] quote, EmulatedIntelVendor vendor, EmulatedCollateral collateral, string refusal) =>
        _manifest.Add(id, "intel-dcap", QuoteFiles(id, quote, vendor, collateral), refusal);

    private List<(string, string)> QuoteFiles(string id, byte[] quote, EmulatedIntelVendor vendor, EmulatedCollateral collateral) =>
        [Put(id, "quote", "quote.bin", quote), Put(id, "collateral", "collateral.json", vendor.Collateral(collateral))];

    private List<(string, string)> SnpFiles(string id, byte[] report) =>
        [Put(id, "report", "report.bin", report), ("vek", "genoa-v3/vcek.der"), ("ask", "genoa-v3/ask.der"), ("ark", "genoa-v3/ark.der")];

    private void Gpu(string id, byte[] evidence, byte[][] path, string refusal) =>
        _manifest.Add(id, "nvidia-gpu", GpuFiles(id, evidence, path), refusal, References);

    private void Device(string id, List<(string, string)> host, byte[] evidence, byte[][] path, byte[] binding) =>
        _manifest.Add(id, "device", [.. host, .. GpuFiles(id, evidence, path)], string.Empty, json =>
        {
            References(json);
            json.WriteString("binding", Convert.ToHexStringLower(binding));
        });

    private static void References(Utf8JsonWriter json)
    {
        json.WriteStartObject("rims");
        json.WriteString("driver", "devices/driver.xml");
        json.WriteString("vbios", "devices/vbios.xml");
        json.WriteEndObject();
    }

    /// <summary>The certificates as PEM, leaf first, and each as DER for readers without PEM.</summary>
    private List<(string, string)> GpuFiles(string id, byte[] evidence, byte[][] path)
    {
        (string, string) report = Put(id, "evidence", "evidence.bin", evidence);
        string pem = string.Join('\n', path.Select(der => PemEncoding.WriteString("CERTIFICATE", der))) + "\n";
        (string, string) chain = Put(id, "cert_chain", "cert_chain.pem", System.Text.Encoding.ASCII.GetBytes(pem));
        for (int index = 0; index < path.Length; index++)
        {
            _ = Put(id, string.Empty, $"certificate-{index}.der", path[index]);
        }

        return [report, chain];
    }

    private (string Key, string Path) Put(string id, string key, string file, byte[] content)
    {
        Directory.CreateDirectory(Path.Combine(_folder, id));
        File.WriteAllBytes(Path.Combine(_folder, id, file), content);
        return (key, $"devices/{id}/{file}");
    }

    private void Scalar(string id, byte[] scalar) =>
        File.WriteAllText(Path.Combine(_folder, id, "attestation-scalar.hex"), Convert.ToHexStringLower(scalar) + "\n");

    private static byte[] Fingerprint(byte[] certificate)
    {
        using var parsed = System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadCertificate(certificate);
        return SHA384.HashData(parsed.PublicKey.ExportSubjectPublicKeyInfo());
    }

    private static byte[] Changed(byte[] bytes, int offset)
    {
        byte[] changed = [.. bytes];
        changed[offset] ^= 1;
        return changed;
    }

    private static byte[] Counting(int from, int count) => [.. Enumerable.Range(from, count).Select(value => (byte)value)];
}
