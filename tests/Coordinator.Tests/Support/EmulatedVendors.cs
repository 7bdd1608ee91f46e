using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ait.Attestation;
using Ait.Attestation.Dcap;
using Ait.Attestation.SevSnp;
using Ait.Coordinator.Configuration;
using Ait.Coordinator.Fetching;
using Ait.Emulation.Amd;
using Ait.Emulation.Intel;
using Ait.Emulation.Nvidia;

namespace Ait.Coordinator.Tests.Support;

/// <summary>Emulated vendors and what their services would answer. Made once: RSA keys take seconds.</summary>
public sealed class EmulatedVendors : IDisposable
{
    internal static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private const string TcbInfo = "/tdx/certification/v4/tcb?fmspc=90c06f000000";
    private const string QeIdentity = "/tdx/certification/v4/qe/identity";
    private const string PckList = "/sgx/certification/v4/pckcrl?ca=platform&encoding=der";
    private const string RootList = "/IntelSGXRootCA.der";
    private readonly EmulatedAmdRoot _amd = EmulatedAmdRoot.Generate(EmulatedProduct.Genoa);
    private readonly EmulatedChip _chip = EmulatedChip.Generate(EmulatedProduct.Genoa);
    private readonly DateTimeOffset _at;
    private readonly EmulatedIntelVendor _intel;
    private readonly EmulatedNvidiaVendor _nvidia;
    private readonly EmulatedNvidiaGpu _gpu;
    private readonly EmulatedIntelPlatform _platform;

    public EmulatedVendors()
        : this(Now)
    {
    }

    internal EmulatedVendors(DateTimeOffset at)
    {
        _at = at;
        _intel = new EmulatedIntelVendor(at.AddYears(-1));
        _nvidia = new EmulatedNvidiaVendor(at.AddYears(-1), at.AddYears(1));
        _gpu = EmulatedNvidiaGpu.Generate(_nvidia);
        _platform = EmulatedIntelPlatform.Generate(_intel, at.AddYears(-1), 77);
        VbiosManifest = _nvidia.Reference(EmulatedReference.Vbios);
        Chain = Encoding.ASCII.GetBytes(PemEncoding.WriteString("CERTIFICATE", _amd.Ask) + "\n" + PemEncoding.WriteString("CERTIFICATE", _amd.Ark) + "\n");
        Vcek = _amd.IssueByAsk(_chip.VcekRecipe(at.AddDays(-10)));
        DriverManifest = _nvidia.Reference(EmulatedReference.Driver);
        Roots = new TrustRoots(
            [new TrustRoot(SnpProduct.Genoa, new ByteString(_amd.ArkFingerprint))],
            [new ByteString(_intel.RootFingerprint)],
            [new ByteString(_nvidia.DeviceRootFingerprint)],
            [new ByteString(_nvidia.ReferenceRootFingerprint)]);
    }

    public TrustRoots Roots { get; }

    internal byte[] Chain { get; }

    internal byte[] Vcek { get; }

    internal ByteString HardwareId => new(_chip.HardwareId);

    /// <summary>The level as the chip's reports pack it.</summary>
    internal TcbVersion Tcb
    {
        get
        {
            Assert.True(SnpReport.TryParse(_chip.Report(new EmulatedReport { ReportData = new byte[64], Measurement = new byte[48] }), out SnpReport? report, out RefusalReason? refusal), refusal?.ToString());
            return report!.ReportedTcb(SnpProduct.Genoa);
        }
    }

    internal IReadOnlyList<byte[]> GpuPath => _gpu.Certify(new EmulatedGpuReport());

    internal byte[] AmdList(DateTimeOffset from, DateTimeOffset until, params int[] revoked) => _amd.IssueRevocationList(from, until, revoked);

    /// <summary>A report of the emulated chip.</summary>
    internal byte[] Report(byte[] reportData) => _chip.Report(new EmulatedReport { Version = 3, ReportData = reportData, Measurement = Measurement });

    /// <summary>VCEK, ASK and ARK.</summary>
    internal byte[][] Certificates => [Vcek, _amd.Ask, _amd.Ark];

    internal static byte[] Measurement { get; } = [.. Enumerable.Repeat((byte)0x5A, 48)];

    /// <summary>A quote of the emulated platform's trust domain.</summary>
    internal byte[] Quote(byte[] reportData) => _platform.Quote(new EmulatedQuote { ReportData = reportData, Measurement = Measurement });

    internal byte[] Ppid => _platform.Ppid;

    internal byte[] GpuReport(byte[] nonce) => _gpu.Report(new EmulatedGpuReport { Nonce = nonce });

    internal byte[] DeviceKey => _gpu.DeviceKey;

    /// <summary>A deployment's roots that are these vendors'.</summary>
    internal DeploymentRoots Pins => new(
        new Dictionary<string, string> { ["Genoa"] = Roots.All[0].KeyFingerprint.ToString() },
        [Convert.ToHexStringLower(_intel.RootFingerprint)],
        [Convert.ToHexStringLower(_nvidia.DeviceRootFingerprint)],
        [Convert.ToHexStringLower(_nvidia.ReferenceRootFingerprint)]);

    /// <summary>Puts on a coordinator's disk what Intel and NVIDIA publish about these machines, valid for 29 days more; not AMD's list.</summary>
    internal void Stock(string folder)
    {
        Dictionary<string, (byte[] Body, string? Header, string? Chain)> pcs = Pcs(_at.AddDays(-1), _at.AddDays(29));
        string chain = pcs[QeIdentity].Chain!;
        (CollateralKey Key, byte[] Body, string Companion)[] pieces =
        [
            (CollateralKey.IntelTcbInfo(DcapTee.Tdx, ByteString.FromHex("90c06f000000")), pcs[TcbInfo].Body, pcs[TcbInfo].Chain!),
            (CollateralKey.IntelQeIdentity(DcapTee.Tdx), pcs[QeIdentity].Body, chain),
            (CollateralKey.IntelPckRevocation(platform: true), pcs[PckList].Body, pcs[PckList].Chain!),
            (CollateralKey.IntelRootRevocation, pcs[RootList].Body, chain),
            (CollateralKey.NvidiaManifest("NV_GPU_DRIVER_GH100_550.90.07", "550.90.07"), DriverManifest, string.Empty),
            (CollateralKey.NvidiaManifest("NV_GPU_VBIOS_1010_0205_862_96009F0001", "96.00.9F.00.01"), VbiosManifest, string.Empty),
        ];
        var verifier = new CollateralVerifier(Roots);
        foreach ((CollateralKey key, byte[] body, string companion) in pieces)
        {
            var content = new CollateralContent(body, Encoding.ASCII.GetBytes(Uri.UnescapeDataString(companion)));
            Assert.True(verifier.TryVerify(key, content, _at, _at, nonce: null, out CollateralItem? item, out RefusalReason? refusal), $"{key.Text}: {refusal}");
            new CollateralStore(folder).Put(item);
        }
    }

    internal byte[] Ocsp(int index, byte[] nonce, int status = 0) => _nvidia.AnswerOcsp(GpuPath, index, nonce, _at.AddMinutes(-1), _at.AddDays(1), status);

    internal byte[] VbiosManifest { get; }

    internal byte[] DriverManifest { get; }

    /// <summary>What the PCS answers, by path: body and issuer-chain header.</summary>
    internal Dictionary<string, (byte[] Body, string? Header, string? Chain)> Pcs(DateTimeOffset issued, DateTimeOffset next, string tee = "TDX")
    {
        bool tdx = tee == "TDX";
        using JsonDocument collateral = JsonDocument.Parse(_intel.Collateral(new EmulatedCollateral
        {
            IssueDate = issued,
            NextUpdate = next,
            TcbId = tee,
            QeId = tdx ? "TD_QE" : "QE",
        }));
        JsonElement root = collateral.RootElement;
        string Text(string name) => root.GetProperty(name).GetString()!;
        string Escaped(string name) => Uri.EscapeDataString(Text(name));
        byte[] Signed(string name, string as_) => Encoding.UTF8.GetBytes($"{{\"{as_}\":{Text(name)},\"signature\":\"{Text(name + "_signature")}\"}}");
        return new()
        {
            [tdx ? TcbInfo : "/sgx/certification/v4/tcb?fmspc=90c06f000000"] = (Signed("tcb_info", "tcbInfo"), "TCB-Info-Issuer-Chain", Escaped("tcb_info_issuer_chain")),
            [tdx ? QeIdentity : "/sgx/certification/v4/qe/identity"] = (Signed("qe_identity", "enclaveIdentity"), "SGX-Enclave-Identity-Issuer-Chain", Escaped("qe_identity_issuer_chain")),
            [PckList] = (Convert.FromHexString(Text("pck_crl")), "SGX-PCK-CRL-Issuer-Chain", Escaped("pck_crl_issuer_chain")),
            [RootList] = (Convert.FromHexString(Text("root_ca_crl")), null, null),
        };
    }

    public void Dispose()
    {
        _platform.Dispose();
        _gpu.Dispose();
        _nvidia.Dispose();
        _intel.Dispose();
        _chip.Dispose();
        _amd.Dispose();
    }
}
