using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ait.Attestation;
using Ait.Attestation.SevSnp;
using Ait.Emulation.Amd;
using Ait.Emulation.Intel;
using Ait.Emulation.Nvidia;

namespace Ait.Coordinator.Tests.Support;

/// <summary>Emulated vendors and what their services would answer. Made once: RSA keys take seconds.</summary>
public sealed class EmulatedVendors : IDisposable
{
    internal static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly EmulatedAmdRoot _amd = EmulatedAmdRoot.Generate(EmulatedProduct.Genoa);
    private readonly EmulatedChip _chip = EmulatedChip.Generate(EmulatedProduct.Genoa);
    private readonly EmulatedIntelVendor _intel = new(Now.AddYears(-1));
    private readonly EmulatedNvidiaVendor _nvidia = new(Now.AddYears(-1), Now.AddYears(1));
    private readonly EmulatedNvidiaGpu _gpu;

    public EmulatedVendors()
    {
        _gpu = EmulatedNvidiaGpu.Generate(_nvidia);
        Chain = Encoding.ASCII.GetBytes(PemEncoding.WriteString("CERTIFICATE", _amd.Ask) + "\n" + PemEncoding.WriteString("CERTIFICATE", _amd.Ark) + "\n");
        Vcek = _amd.IssueByAsk(_chip.VcekRecipe(Now.AddDays(-10)));
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

    internal byte[] Ocsp(int index, byte[] nonce, int status = 0) => _nvidia.AnswerOcsp(GpuPath, index, nonce, Now.AddMinutes(-1), Now.AddDays(1), status);

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
        string kind = tdx ? "tdx" : "sgx";
        return new()
        {
            [$"/{kind}/certification/v4/tcb?fmspc=90c06f000000"] = (Signed("tcb_info", "tcbInfo"), "TCB-Info-Issuer-Chain", Escaped("tcb_info_issuer_chain")),
            [$"/{kind}/certification/v4/qe/identity"] = (Signed("qe_identity", "enclaveIdentity"), "SGX-Enclave-Identity-Issuer-Chain", Escaped("qe_identity_issuer_chain")),
            ["/sgx/certification/v4/pckcrl?ca=platform&encoding=der"] = (Convert.FromHexString(Text("pck_crl")), "SGX-PCK-CRL-Issuer-Chain", Escaped("pck_crl_issuer_chain")),
            ["/IntelSGXRootCA.der"] = (Convert.FromHexString(Text("root_ca_crl")), null, null),
        };
    }

    public void Dispose()
    {
        _gpu.Dispose();
        _nvidia.Dispose();
        _intel.Dispose();
        _chip.Dispose();
        _amd.Dispose();
    }
}
