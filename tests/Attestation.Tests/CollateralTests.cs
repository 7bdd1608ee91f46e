using System.Text;
using System.Text.Json;
using Ait.Attestation.Dcap;
using Ait.Attestation.Nvidia;
using Ait.Attestation.SevSnp;

namespace Ait.Attestation.Tests;

/// <summary>What vendors publish, as they publish it, and one fact flipped per refusal.</summary>
public sealed class CollateralTests
{
    private static readonly DateTimeOffset s_amd = new(2025, 7, 15, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset s_nvidia = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    private static byte[] Chain(string product) => [.. Pem("ask", product), .. Pem("ark", product)];

    private static byte[] Pem(string role, string product) => Encoding.ASCII.GetBytes(
        "-----BEGIN CERTIFICATE-----\n" + Convert.ToBase64String(Vectors.Read($"amd-snp/roots/{role}_{product}.der")) + "\n-----END CERTIFICATE-----\n");

    private static void Refuses(Refusal code, bool good, RefusalReason? refusal)
    {
        Assert.False(good);
        Assert.Equal(code, refusal!.Code); // a refusal says why
    }

    [Theory]
    [InlineData("milan", SnpProduct.Milan)]
    [InlineData("genoa", SnpProduct.Genoa)]
    [InlineData("turin", SnpProduct.Turin)]
    public void VerifyChain_acceptsAmdsOwn(string name, SnpProduct product)
    {
        bool good = SnpCollateral.TryVerifyChain(Chain(name), product, TrustRoots.Production, s_amd, out _, out ReadOnlyMemory<byte> ark, out CollateralFacts? facts, out RefusalReason? refusal);
        Assert.True(good, refusal?.ToString());
        Assert.Equal(Vectors.Read($"amd-snp/roots/ark_{name}.der"), ark.ToArray());
        Assert.InRange(facts!.ExpiresAt.Year, 2045, 2048);
    }

    [Fact]
    public void VerifyChain_refusesAnotherProductsAnotherRootAndAHalf()
    {
        Refuses(Refusal.ProductMismatch, SnpCollateral.TryVerifyChain(Chain("milan"), SnpProduct.Genoa, TrustRoots.Production, s_amd, out _, out _, out _, out RefusalReason? refusal), refusal);
        Refuses(Refusal.RootNotPinned, SnpCollateral.TryVerifyChain(Chain("milan"), SnpProduct.Milan, new TrustRoots([]), s_amd, out _, out _, out _, out refusal), refusal);
        Refuses(Refusal.CertificateMissing, SnpCollateral.TryVerifyChain(Pem("ask", "milan"), SnpProduct.Milan, TrustRoots.Production, s_amd, out _, out _, out _, out refusal), refusal);
        Refuses(Refusal.CertificateAmbiguous, SnpCollateral.TryVerifyChain((byte[])[.. Chain("milan"), .. Pem("asvk", "milan")], SnpProduct.Milan, TrustRoots.Production, s_amd, out _, out _, out _, out refusal), refusal);
        Refuses(Refusal.CertificateMalformed, SnpCollateral.TryVerifyChain("<html>"u8.ToArray(), SnpProduct.Milan, TrustRoots.Production, s_amd, out _, out _, out _, out refusal), refusal);
    }

    [Fact]
    public void VerifyRevocationList_acceptsMilansAndRefusesWhatFails()
    {
        byte[] list = Vectors.Read("amd-snp/crls/crl_milan_2025-05-06.der");
        Assert.True(SnpCollateral.TryVerifyRevocationList(list, Chain("milan"), SnpProduct.Milan, TrustRoots.Production, s_amd, out CollateralFacts? facts, out RefusalReason? refusal), refusal?.ToString());
        Assert.Equal(2026, facts!.ExpiresAt.Year);

        Refuses(Refusal.RevocationListStale, SnpCollateral.TryVerifyRevocationList(list, Chain("milan"), SnpProduct.Milan, TrustRoots.Production, s_amd.AddYears(2), out _, out refusal), refusal);
        Refuses(Refusal.RevocationListIssuer, SnpCollateral.TryVerifyRevocationList(list, Chain("genoa"), SnpProduct.Genoa, TrustRoots.Production, s_amd, out _, out refusal), refusal);
        list[^1] ^= 1;
        Refuses(Refusal.RevocationListSignature, SnpCollateral.TryVerifyRevocationList(list, Chain("milan"), SnpProduct.Milan, TrustRoots.Production, s_amd, out _, out refusal), refusal);
    }

    [Fact]
    public void VerifyVcek_bindsItToTheChipAndLevelAskedFor()
    {
        byte[] report = Vectors.Read("amd-snp/milan-v3-dstack/report.bin");
        byte[] vcek = Vectors.Read("amd-snp/milan-v3-dstack/vek.der");
        Assert.True(SnpReport.TryParse(report, out SnpReport? read, out _));
        TcbVersion tcb = read!.ReportedTcb(SnpProduct.Milan);

        bool good = SnpCollateral.TryVerifyVcek(vcek, Chain("milan"), SnpProduct.Milan, read.ChipId, tcb, TrustRoots.Production, s_nvidia.AddMonths(5), out CollateralFacts? facts, out RefusalReason? refusal);
        Assert.True(good, refusal?.ToString());
        Assert.Contains($"{read.ChipId}", facts!.Subject, StringComparison.Ordinal);

        Refuses(Refusal.ChipIdMismatch, SnpCollateral.TryVerifyVcek(vcek, Chain("milan"), SnpProduct.Milan, new ByteString(new byte[64]), tcb, TrustRoots.Production, s_nvidia.AddMonths(5), out _, out refusal), refusal);
        Refuses(Refusal.TcbMismatch, SnpCollateral.TryVerifyVcek(vcek, Chain("milan"), SnpProduct.Milan, read.ChipId, tcb with { Packed = tcb.Packed ^ 1 }, TrustRoots.Production, s_nvidia.AddMonths(5), out _, out refusal), refusal);
    }

    [Theory]
    [InlineData("tdx_90c06f_2025-06.json", DcapTee.Tdx)]
    [InlineData("sgx_00606a_2025-09.json", DcapTee.Sgx)]
    public void VerifyIntel_acceptsItsOwnAndRefusesWhatFails(string file, DcapTee tee)
    {
        using JsonDocument document = JsonDocument.Parse(Vectors.Read("intel-dcap/collateral/" + file));
        JsonElement root = document.RootElement;
        byte[] Text(string name) => Encoding.UTF8.GetBytes(root.GetProperty(name).GetString()!);
        byte[] Hex(string name) => Convert.FromHexString(root.GetProperty(name).GetString()!);
        using JsonDocument inner = JsonDocument.Parse(Text("tcb_info"));
        var fmspc = ByteString.FromHex(inner.RootElement.GetProperty("fmspc").GetString()!);
        DateTimeOffset at = inner.RootElement.GetProperty("issueDate").GetDateTimeOffset().AddDays(5);
        TrustRoots roots = TrustRoots.Production;
        byte[] tcb = Text("tcb_info"), tcbChain = Text("tcb_info_issuer_chain"), identity = Text("qe_identity");

        Assert.True(IntelCollateral.TryVerifyTcbInfo(tcb, Hex("tcb_info_signature"), tcbChain, tee, fmspc, roots, at, out CollateralFacts? facts, out RefusalReason? refusal), refusal?.ToString());
        Assert.InRange((facts!.ExpiresAt - at).TotalDays, 20, 31);
        Assert.True(IntelCollateral.TryVerifyQeIdentity(identity, Hex("qe_identity_signature"), Text("qe_identity_issuer_chain"), tee, roots, at, out _, out refusal), refusal?.ToString());
        bool platform = Encoding.ASCII.GetString(Hex("pck_crl")).Contains("Platform CA", StringComparison.Ordinal);
        Assert.True(IntelCollateral.TryVerifyPckRevocationList(Hex("pck_crl"), Text("pck_crl_issuer_chain"), platform, roots, at, out _, out refusal), refusal?.ToString());
        Assert.True(IntelCollateral.TryVerifyRootRevocationList(Hex("root_ca_crl"), tcbChain, roots, at, out _, out refusal), refusal?.ToString());

        DcapTee other = tee == DcapTee.Tdx ? DcapTee.Sgx : DcapTee.Tdx;
        Refuses(Refusal.CollateralMismatch, IntelCollateral.TryVerifyTcbInfo(tcb, Hex("tcb_info_signature"), tcbChain, other, fmspc, roots, at, out _, out refusal), refusal);
        Refuses(Refusal.CollateralMismatch, IntelCollateral.TryVerifyTcbInfo(tcb, Hex("tcb_info_signature"), tcbChain, tee, new ByteString(new byte[6]), roots, at, out _, out refusal), refusal);
        Refuses(Refusal.CollateralMismatch, IntelCollateral.TryVerifyQeIdentity(identity, Hex("qe_identity_signature"), Text("qe_identity_issuer_chain"), other, roots, at, out _, out refusal), refusal);
        Refuses(Refusal.CollateralStale, IntelCollateral.TryVerifyTcbInfo(tcb, Hex("tcb_info_signature"), tcbChain, tee, fmspc, roots, at.AddDays(60), out _, out refusal), refusal);
        Refuses(Refusal.CollateralNotYetValid, IntelCollateral.TryVerifyTcbInfo(tcb, Hex("tcb_info_signature"), tcbChain, tee, fmspc, roots, at.AddDays(-6), out _, out refusal), refusal);
        Refuses(Refusal.RootNotPinned, IntelCollateral.TryVerifyTcbInfo(tcb, Hex("tcb_info_signature"), tcbChain, tee, fmspc, new TrustRoots([]), at, out _, out refusal), refusal);
        Refuses(Refusal.CollateralSignature, IntelCollateral.TryVerifyTcbInfo((byte[])[.. tcb, (byte)' '], Hex("tcb_info_signature"), tcbChain, tee, fmspc, roots, at, out _, out refusal), refusal);
        Refuses(Refusal.CertificateRole, IntelCollateral.TryVerifyPckRevocationList(Hex("pck_crl"), Text("pck_crl_issuer_chain"), !platform, roots, at, out _, out refusal), refusal);
        Refuses(Refusal.RevocationListIssuer, IntelCollateral.TryVerifyRootRevocationList(Hex("pck_crl"), tcbChain, roots, at, out _, out refusal), refusal);
    }

    [Fact]
    public void VerifyManifest_acceptsNvidiasOwnAndRefusesWhatFails()
    {
        byte[] xml = Vectors.Read("nvidia-gpu/rims/NV_GPU_DRIVER_GH100_550.144.03.xml");
        Assert.True(NvidiaCollateral.TryVerifyManifest(xml, "550.144.03", TrustRoots.Production, s_nvidia, out CollateralFacts? facts, out RefusalReason? refusal), refusal?.ToString());
        Assert.Equal(new DateOnly(2026, 12, 30), DateOnly.FromDateTime(facts!.ExpiresAt.UtcDateTime));

        Refuses(Refusal.ReferenceMismatch, NvidiaCollateral.TryVerifyManifest(xml, "550.144.04", TrustRoots.Production, s_nvidia, out _, out refusal), refusal);
        Refuses(Refusal.CertificateExpired, NvidiaCollateral.TryVerifyManifest(xml, "550.144.03", TrustRoots.Production, s_nvidia.AddYears(1), out _, out refusal), refusal);
int digit = Encoding.UTF8.GetString(xml).IndexOf("Hash0=\"", StringComparison.Ordinal) + 10;
        xml[digit] = xml[digit] == (byte)'0' ? (byte)'1' : (byte)'0';
        Refuses(Refusal.ReferenceSignature, NvidiaCollateral.TryVerifyManifest(xml, "550.144.03", TrustRoots.Production, s_nvidia, out _, out refusal), refusal);
    }
}
