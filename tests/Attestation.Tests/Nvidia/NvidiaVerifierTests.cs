using System.Collections.Immutable;
using System.Text;
using System.Xml.Linq;
using Ait.Attestation.Nvidia;
using Ait.Emulation.Nvidia;
using Ait.Attestation.SevSnp;
using FsCheck;
using FsCheck.Fluent;

namespace Ait.Attestation.Tests.Nvidia;

/// <summary>GPUs of an emulated NVIDIA, one fact changed at a time.</summary>
public sealed class NvidiaVerifierTests
{
    private static readonly EmulatedGpuVendor s_vendor = new();
    private static readonly EmulatedGpuReport s_gpu = new();
    private static readonly OddReference s_driver = new();
    private static readonly OddReference s_vbios = new() { Version = "96.00.9F.00.01", Golden = new Dictionary<int, byte[]> { [0] = [1] } };

    [Theory]
    [InlineData("GH100", NvidiaArchitecture.Hopper)]
    [InlineData("GB100", NvidiaArchitecture.Blackwell)]
    [InlineData("GB202", NvidiaArchitecture.Blackwell)]
    public void Verify_acceptsGpus(string chip, NvidiaArchitecture architecture)
    {
        NvidiaFacts facts = Accepted(Judge(s_gpu with { Chip = chip }));
        Assert.Equal((chip, architecture, "550.90.07", "96.00.9f.00.01"), (facts.Chip, facts.Architecture, facts.DriverVersion, facts.VbiosVersion));
        Assert.Equal(NvidiaMode.SinglePassThrough, facts.Mode);
        Assert.Equal(s_vendor.DeviceFingerprint, facts.ChipId);
        Assert.Equal(new ByteString(s_gpu.FirmwareId), facts.FirmwareId);
        Assert.Equal(new ByteString(s_gpu.Nonce), facts.ReportData);
        Assert.Equal(9999, facts.ExpiresAt.Year);
        Assert.False(facts.DriverCompared || facts.VbiosCompared);
    }

    [Theory]
    [Refuses(Refusal.SpdmMalformed)]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(-4000)]
    [InlineData(70000)]
    public void Verify_refusesAnotherLength(int change)
    {
        byte[] report = s_vendor.Report(s_gpu);
        byte[] other = change < 0 ? report[..Math.Max(0, report.Length + change)] : [.. report, .. new byte[change]];
        AssertRefused(Judge(other), Refusal.SpdmMalformed);
    }

    [Theory]
    [InlineData(4, 63)]
    [InlineData(5, 0)]
    [InlineData(7, 1)]
    public void Verify_refusesLengthsThatDisagree(int at, byte value) => Refuse(s_gpu with { Response = (at, value) }, Refusal.SpdmMalformed);

    [Theory]
    [Refuses(Refusal.SpdmRequest)]
    [InlineData(0, 0x12)]
    [InlineData(1, 0xE1)]
    [InlineData(2, 0)]
    [InlineData(3, 1)]
    [InlineData(36, 1)]
    public void Verify_refusesAnotherRequest(int at, byte value) => Refuse(s_gpu with { Request = (at, value) }, Refusal.SpdmRequest);

    [Theory]
    [Refuses(Refusal.SpdmResponse)]
    [InlineData(0, 0x10)]
    [InlineData(1, 0x7F)]
    [InlineData(2, 1)]
    [InlineData(3, 1)]
    public void Verify_refusesAnotherResponse(int at, byte value) => Refuse(s_gpu with { Response = (at, value) }, Refusal.SpdmResponse);

    [Theory]
    [Refuses(Refusal.MeasurementBlock)]
    [InlineData(8, 2)]
    [InlineData(8, 0)]
    [InlineData(9, 2)]
    [InlineData(10, 50)]
    [InlineData(13, 32)]
    public void Verify_refusesBlocksOfAnotherForm(int at, byte value) => Refuse(s_gpu with { Response = (at, value) }, Refusal.MeasurementBlock);

    [Fact]
    [Refuses(Refusal.OpaqueData)]
    public void Verify_refusesFieldsOfAnotherForm()
    {
        Refuse(s_gpu.With(3, null), Refusal.OpaqueData);
        Refuse(s_gpu.With(3, [0, 0]), Refusal.OpaqueData);
        Refuse(s_gpu.With(3, [7]), Refusal.OpaqueData);
        Refuse(s_gpu.With(3, [.. Enumerable.Repeat((byte)'1', 65)]), Refusal.OpaqueData);
        Refuse(s_gpu.With(6, null), Refusal.OpaqueData);
        Refuse(s_gpu.With(6, new byte[7]), Refusal.OpaqueData);
        Refuse(s_gpu.With(11, [0]), Refusal.OpaqueData);
        Refuse(s_gpu.With(20, new byte[47]), Refusal.OpaqueData);
        Refuse(s_gpu.With(36, [3, 0]), Refusal.OpaqueData);
        Refuse(s_gpu with { Fields = [.. s_gpu.Fields, (11, [0x55])] }, Refusal.OpaqueData);
        byte[] unsigned = s_gpu.Unsigned();
        int last = unsigned.Length - 4; // the length of the last field
        Assert.Equal([2, 0, 0, 0], unsigned[last..]);
        Refuse(s_gpu with { Response = (last - 37, 3) }, Refusal.OpaqueData);
        Refuse(s_gpu with { Response = (last - 37, 1) }, Refusal.OpaqueData);
        Accepted(Judge(s_gpu.With(200, [1, 2, 3])));
    }

    [Theory]
    [InlineData(EmulatedGpuVendor.Device, Refusal.IssuerMismatch)]
    [InlineData(EmulatedGpuVendor.Provisioner, Refusal.IssuerMismatch)]
    [InlineData(EmulatedGpuVendor.Identity, Refusal.IssuerMismatch)]
    public void Verify_refusesIfACertificateIsLeftOut(int index, Refusal code) =>
        AssertRefused(Judge(s_vendor.Certificates(s_gpu).RemoveAt(index)), code);

    [Fact]
    public void Verify_refusesAnotherNumberOfCertificates()
    {
        ImmutableArray<ReadOnlyMemory<byte>> path = s_vendor.Certificates(s_gpu);
        AssertRefused(Judge(path.RemoveAt(4)), Refusal.CertificateMissing);
        AssertRefused(Judge(path.Clear()), Refusal.CertificateMissing);
        AssertRefused(Judge(path.Add(path[4])), Refusal.CertificateAmbiguous);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Verify_refusesAForgedCertificate(int index)
    {
        // The same names under the same root, but this certificate's signature is another's.
        ImmutableArray<ReadOnlyMemory<byte>> path = s_vendor.Certificates(s_gpu);
        byte[] forged = path[index].ToArray();
        forged[^1] ^= 1;
        AssertRefused(Judge(path.SetItem(index, forged)), Refusal.CertificateSignature);
    }

    [Fact]
    public void Verify_refusesOtherRoots()
    {
        NvidiaEvidence evidence = s_vendor.Evidence(s_gpu);
        AssertRefused(NvidiaVerifier.Verify(evidence, TrustRoots.Production, NvidiaPolicy.Baseline, Scenario.Now), Refusal.RootNotPinned);
        AssertRefused(NvidiaVerifier.Verify(evidence, new TrustRoots([]), NvidiaPolicy.Baseline, Scenario.Now), Refusal.RootNotPinned);
        AssertRefused(Judge(new EmulatedGpuVendor().Certificates(s_gpu)), Refusal.RootNotPinned);
    }

    [Fact]
    public void Verify_refusesAPathThatIsNotValidYet() => AssertRefused(
        NvidiaVerifier.Verify(s_vendor.Evidence(s_gpu), s_vendor.Roots, NvidiaPolicy.Baseline, new DateTimeOffset(2021, 12, 31, 0, 0, 0, TimeSpan.Zero)),
        Refusal.CertificateNotYetValid);

    [Fact]
    [Refuses(Refusal.NotAGpu)]
    public void Verify_refusesOtherDevices()
    {
        Refuse(s_gpu with { Chip = "LS_10", Unit = "FSP" }, Refusal.NotAGpu);
        Refuse(s_gpu with { Chip = "LS_10" }, Refusal.NotAGpu);
        Refuse(s_gpu with { Unit = "FSP" }, Refusal.NotAGpu);
        Refuse(s_gpu with { Chip = "GA100" }, Refusal.NotAGpu);
    }

    [Fact]
    [Refuses(Refusal.FirmwareIdExtension)]
    public void Verify_refusesAMalformedFirmwareId()
    {
        byte[] good = FirmwareExtensions.Hopper(s_vendor.DeviceKey.Span.ToArray(), s_gpu.FirmwareId);
        Refuse(s_gpu with { FirmwareExtension = [.. good, 0] }, Refusal.FirmwareIdExtension);
        Refuse(s_gpu with { FirmwareExtension = good[..^1] }, Refusal.FirmwareIdExtension);
        Refuse(s_gpu with { FirmwareExtension = FirmwareExtensions.Hopper(s_vendor.DeviceKey.Span.ToArray(), new byte[32]) }, Refusal.FirmwareIdExtension);
        Refuse(s_gpu with { Chip = "GB100", FirmwareExtension = [0x30, 0] }, Refusal.FirmwareIdExtension);
    }

    [Theory]
    [Refuses(Refusal.FirmwareIdMismatch)]
    [InlineData("GH100")]
    [InlineData("GB100")]
    public void Verify_refusesAnotherFirmware(string chip)
    {
        Refuse((s_gpu with { Chip = chip }).With(20, new byte[48]), Refusal.FirmwareIdMismatch);
        Accepted(Judge((s_gpu with { Chip = chip }).With(20, null))); // old firmware does not say it
    }

    [Fact]
    [Refuses(Refusal.ChipMismatch)]
    public void Verify_refusesAnotherChip()
    {
        Refuse(s_gpu.With(35, "GB100\0"u8.ToArray()), Refusal.ChipMismatch);
        Accepted(Judge(s_gpu.With(35, "GH100\0"u8.ToArray())));
    }

    [Theory]
    [Refuses(Refusal.ModeContradiction)]
    [InlineData(0xAA, 0, 1, Refusal.ModeContradiction)]
    [InlineData(0x55, 2, 1, Refusal.ModeContradiction)]
    [InlineData(0xAA, 2, 1, Refusal.None)]
    [InlineData(0xAA, 0, 0, Refusal.None)]
    public void Verify_refusesTwoModes(byte status, byte flag, byte version, Refusal code)
    {
        Verdict verdict = Judge(s_gpu.With(21, [status]).With(36, [flag, 0]).With(34, [version, 0]));
        if (code != Refusal.None)
        {
            AssertRefused(verdict, code);
            return;
        }

        Assert.Equal(NvidiaMode.ProtectedPcie, Accepted(verdict).Mode);
    }

    [Theory]
    [Refuses(Refusal.ModeNotAccepted)]
    [InlineData(0, NvidiaMode.SinglePassThrough)]
    [InlineData(1, NvidiaMode.MultiPassThrough)]
    [InlineData(2, NvidiaMode.ProtectedPcie)]
    public void Verify_refusesModesThatThePolicyDoesNotName(byte flag, NvidiaMode mode)
    {
        EmulatedGpuReport gpu = s_gpu.With(36, [flag, 0]).With(21, null);
        Accepted(Judge(gpu, NvidiaPolicy.Baseline with { AcceptedModes = [mode] }));
        AssertRefused(Judge(gpu, NvidiaPolicy.Baseline with { AcceptedModes = [NvidiaMode.NotStated] }), Refusal.ModeNotAccepted);
    }

    [Fact]
    [Refuses(Refusal.NonceMismatch)]
    public void Verify_comparesTheNonce()
    {
        var right = new ByteString(s_gpu.Nonce);
        Accepted(Judge(s_gpu, NvidiaPolicy.Baseline with { Nonce = NonceRule.Exactly(right) }));
        var other = new ByteString(Bytes.Flip(s_gpu.Nonce, 31, 1));
        AssertRefused(Judge(s_gpu, NvidiaPolicy.Baseline with { Nonce = NonceRule.Exactly(other) }), Refusal.NonceMismatch);
    }

    [Fact]
    public void Verify_refusesTheSignatureOfAnotherKey()
    {
        NvidiaEvidence evidence = s_vendor.Evidence(s_gpu);
        var other = new NvidiaEvidence { Report = s_vendor.WithNewFirmware().Report(s_gpu), Certificates = evidence.Certificates };
        AssertRefused(Judge(other), Refusal.ReportSignature);
    }

    [Fact]
    public void Verify_findsOneGpuUnderTwoFirmwares()
    {
        NvidiaFacts before = Accepted(Judge(s_gpu));
        NvidiaFacts after = Accepted(Judge(s_vendor.WithNewFirmware().Evidence(s_gpu)));
        Assert.Equal(before.ChipId, after.ChipId);
        Assert.NotEqual(before.AttestationKey, after.AttestationKey);
    }

    [Fact]
    [Refuses(Refusal.DeviceRepeated)]
    public void Verify_refusesOneGpuTwice()
    {
        NvidiaEvidence one = s_vendor.Evidence(s_gpu);
        AssertRefused(JudgeAll(NvidiaPolicy.Baseline, one, s_vendor.WithNewFirmware().Evidence(s_gpu)), Refusal.DeviceRepeated);
        NvidiaFacts two = Accepted(JudgeAll(NvidiaPolicy.Baseline, one, s_vendor.WithOtherDevice().Evidence(s_gpu)));
        Assert.Equal(2, two.Devices.Length);
    }

    [Fact]
    [Refuses(Refusal.DeviceCount)]
    public void Verify_countsTheGpus()
    {
        NvidiaEvidence one = s_vendor.Evidence(s_gpu);
        NvidiaPolicy two = NvidiaPolicy.Baseline with { DeviceCount = DeviceCountRule.Exactly(2) };
        Accepted(JudgeAll(two, one, s_vendor.WithOtherDevice().Evidence(s_gpu)));
        AssertRefused(JudgeAll(two, one), Refusal.DeviceCount);
    }

    [Fact]
    public void Verify_comparesReferenceManifests()
    {
        NvidiaEvidence evidence = s_vendor.Evidence(s_gpu, s_vendor.Reference(s_driver), s_vendor.Reference(s_vbios));
        NvidiaFacts facts = Accepted(Judge(evidence, NvidiaPolicy.ForDevice(new ByteString(s_gpu.Nonce))));
        Assert.True(facts.DriverCompared && facts.VbiosCompared);
        Assert.Equal(EmulatedGpuVendor.ReferencesEnd, facts.ExpiresAt);
    }

    [Fact]
    [Refuses(Refusal.ReferenceMissing)]
    public void Verify_refusesIfARequiredManifestIsMissing()
    {
        NvidiaPolicy required = NvidiaPolicy.Baseline with { References = ReferenceRule.Required };
        NvidiaPolicy one = NvidiaPolicy.Baseline with { References = ReferenceRule.AtLeastOne };
        byte[] driver = s_vendor.Reference(s_driver);
        AssertRefused(Judge(s_vendor.Evidence(s_gpu, driver), required), Refusal.ReferenceMissing);
        AssertRefused(Judge(s_vendor.Evidence(s_gpu, null, s_vendor.Reference(s_vbios)), required), Refusal.ReferenceMissing);
        AssertRefused(Judge(s_gpu, one), Refusal.ReferenceMissing);
        Accepted(Judge(s_vendor.Evidence(s_gpu, driver), one));
    }

    [Theory]
    [Refuses(Refusal.ReferenceMalformed)]
    [InlineData("<SoftwareIdentity", "<!DOCTYPE a [<!ENTITY b \"c\">]><SoftwareIdentity")]
    [InlineData("<ns0:Payload>", "<!-- a --><ns0:Payload>")]
    [InlineData("<ns0:Payload>", "<?a b?><ns0:Payload>")]
    [InlineData("<ns0:Payload>", "<ns0:Payload xml:lang='en'>")]
    [InlineData("</SoftwareIdentity>", "")]
    [InlineData("</SoftwareIdentity>", "</SoftwareIdentity><a/>")]
    [InlineData("SoftwareIdentity", "SoftwareIdentities")]
    [InlineData("<ns0:Payload>", "<ns0:Payload/><ns0:Payload>")]
    [InlineData("index='20'", "index='8'")]
    [InlineData("index='20'", "index='-1'")]
    [InlineData("index='20'", "index='254'")]
    [InlineData("alternatives='2'", "alternatives='3'")]
    [InlineData("alternatives='2'", "alternatives='0'")]
    [InlineData("size='48'", "size='32'")]
    [InlineData("active='True'", "active='true'")]
    [InlineData("colloquialVersion", "version")]
    [InlineData("xml-c14n11", "xml-c14n12")]
    [InlineData("ecdsa-sha384", "ecdsa-sha256")]
    [InlineData("URI=\"\"", "URI=\"#a\"")]
    [InlineData("<ds:SignatureValue>", "<ds:SignatureValue>AAAA")]
    [InlineData("<ds:SignatureValue>", "<ds:SignatureValue>?")]
    [InlineData("<ds:KeyInfo>", "<ds:Object/><ds:KeyInfo>")]
    [InlineData("<ds:KeyInfo>", "text<ds:KeyInfo>")]
    public void Verify_refusesManifestsOfAnotherForm(string from, string to) => RefuseDriver(Refusal.ReferenceMalformed, from, to);

    [Fact]
    public void Verify_refusesManifestsWithTwoSignatures()
    {
        byte[] wrapped = s_vendor.Reference(s_driver, text =>
        {
            string signature = text[text.IndexOf("<ds:Signature ", StringComparison.Ordinal)..text.IndexOf("</SoftwareIdentity>", StringComparison.Ordinal)];
            return text.Replace("</SoftwareIdentity>", signature + "</SoftwareIdentity>", StringComparison.Ordinal);
        });
        AssertRefused(Judge(s_vendor.Evidence(s_gpu, wrapped)), Refusal.ReferenceMalformed);
        byte[] unsigned = s_vendor.Reference(s_driver, text => text[..text.IndexOf("<ds:Signature ", StringComparison.Ordinal)] + "</SoftwareIdentity>");
        AssertRefused(Judge(s_vendor.Evidence(s_gpu, unsigned)), Refusal.ReferenceMalformed);
        string deep = string.Concat(Enumerable.Repeat("<a>", 100_000));
        AssertRefused(Judge(s_vendor.Evidence(s_gpu, Encoding.UTF8.GetBytes(deep))), Refusal.ReferenceMalformed);
        AssertRefused(Judge(s_vendor.Evidence(s_gpu, Encoding.UTF8.GetBytes(deep + string.Concat(Enumerable.Repeat("</a>", 100_000))))), Refusal.ReferenceMalformed);
        string wide = string.Concat(Enumerable.Range(0, 80_000).Select(number => $" a{number}=''"));
        AssertRefused(Judge(s_vendor.Evidence(s_gpu, Encoding.UTF8.GetBytes($"<a{wide}/>"))), Refusal.ReferenceMalformed);
        string declared = string.Concat(Enumerable.Range(0, 40).Select(number => $" xmlns:a{number}='a'"));
        byte[] declaring = s_vendor.Reference(s_driver, text => text.Replace("<ns0:Payload>", $"<ns0:Payload{declared}>", StringComparison.Ordinal));
        AssertRefused(Judge(s_vendor.Evidence(s_gpu, declaring)), Refusal.ReferenceMalformed);
        byte[] nested = s_vendor.Reference(s_driver, text => text.Replace("<ns0:Payload>", string.Concat(Enumerable.Repeat("<a>", 50)) + string.Concat(Enumerable.Repeat("</a>", 50)) + "<ns0:Payload>", StringComparison.Ordinal));
        AssertRefused(Judge(s_vendor.Evidence(s_gpu, nested)), Refusal.ReferenceMalformed);
    }

    [Theory]
    [Refuses(Refusal.ReferenceSignature)]
    [InlineData("eeee", "eeef")]
    [InlineData("product='GH100'", "product='GH101'")]
    [InlineData("version=\"1.0\"", "version=\"1.1\"")]
    [InlineData("&gt;", "&lt;")]
    [InlineData("</ns0:Payload>", " </ns0:Payload>")]
    [InlineData("<ds:DigestValue>", "<ds:DigestValue> ")]
    [InlineData("</SoftwareIdentity>", "<a/></SoftwareIdentity>")]
    public void Verify_refusesChangedManifests(string from, string to) => RefuseDriver(Refusal.ReferenceSignature, from, to);

    [Theory]
    [InlineData("<SoftwareIdentity", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<SoftwareIdentity")]
    [InlineData("product='GH100'", "product = \"GH&#49;00\"")]
    [InlineData("<ds:KeyInfo>", "\n <ds:KeyInfo>")]
    [InlineData("index='63' active='False'", "active='False' index='63'")]
    public void Verify_acceptsOtherSpellingsOfTheSameManifest(string from, string to) =>
        Accepted(Judge(s_vendor.Evidence(s_gpu, s_vendor.Reference(s_driver, text => text.Replace(from, to, StringComparison.Ordinal)))));

    [Fact]
    [Refuses(Refusal.ReferenceMismatch)]
    public void Verify_refusesManifestsOfAnotherVersionOrChip()
    {
        AssertRefused(Judge(s_vendor.Evidence(s_gpu, s_vendor.Reference(s_driver with { Version = "550.90.08" }))), Refusal.ReferenceMismatch);
        AssertRefused(Judge(s_vendor.Evidence(s_gpu, s_vendor.Reference(s_driver with { Product = "GB100" }))), Refusal.ReferenceMismatch);
        AssertRefused(Judge(s_vendor.Evidence(s_gpu, null, s_vendor.Reference(s_driver))), Refusal.ReferenceMismatch);
    }

    [Fact]
    [Refuses(Refusal.ReferenceConflict)]
    public void Verify_refusesManifestsThatOverlap()
    {
        OddReference overlapping = s_vbios with { Golden = new Dictionary<int, byte[]> { [0] = [1], [8] = [9] } };
        AssertRefused(Judge(s_vendor.Evidence(s_gpu, s_vendor.Reference(s_driver), s_vendor.Reference(overlapping))), Refusal.ReferenceConflict);
    }

    [Fact]
    [Refuses(Refusal.ReferenceDiffers)]
    public void Verify_refusesOtherMeasurements()
    {
        byte[] driver = s_vendor.Reference(s_driver);
        AssertRefused(Judge(s_vendor.Evidence(s_gpu.WithBlock(9, 8), driver)), Refusal.ReferenceDiffers);
        Assert.Equal("others at index 20", AssertRefused(Judge(s_vendor.Evidence(s_gpu.WithBlock(21, 8), driver)), Refusal.ReferenceDiffers).Found);
        Accepted(Judge(s_vendor.Evidence(s_gpu.WithBlock(21, 0xEE), driver))); // the other alternative
        Accepted(Judge(s_vendor.Evidence(s_gpu.WithBlock(22, 8), driver))); // not listed
    }

    [Theory]
    [InlineData(0x55, 35, true)]
    [InlineData(0xAA, 35, false)]
    [InlineData(0x55, 34, false)]
    public void Verify_skipsADecoderThatIsOff(byte status, int index, bool accepts)
    {
        OddReference decoder = s_driver with { Golden = new Dictionary<int, byte[]> { [index] = [0x77] } };
        Verdict verdict = Judge(s_vendor.Evidence(s_gpu.With(11, [status]), s_vendor.Reference(decoder)));
        Assert.Equal(accepts, verdict is Verdict.Genuine);
    }

    [Fact]
    public void Verify_refusesManifestsAfterTheirEnd()
    {
        NvidiaEvidence evidence = s_vendor.Evidence(s_gpu, s_vendor.Reference(s_driver));
        Accepted(NvidiaVerifier.Verify(evidence, s_vendor.Roots, NvidiaPolicy.Baseline, EmulatedGpuVendor.ReferencesEnd));
        AssertRefused(NvidiaVerifier.Verify(evidence, s_vendor.Roots, NvidiaPolicy.Baseline, EmulatedGpuVendor.ReferencesEnd.AddSeconds(1)), Refusal.CertificateExpired);
    }

    [Fact]
    public void Verify_refusesManifestsOfAnotherVendor() =>
        AssertRefused(Judge(s_vendor.Evidence(s_gpu, new EmulatedGpuVendor().Reference(s_driver))), Refusal.RootNotPinned);

    [Fact]
    public void Verify_checksRevocationLists()
    {
        DateTimeOffset next = Scenario.Now.AddDays(5);
        byte[] root = s_vendor.RevocationList(4, revokesNext: false, next);
        byte[] identity = s_vendor.RevocationList(3, revokesNext: false, next);
        NvidiaPolicy required = NvidiaPolicy.Baseline with { Revocation = RevocationRule.Required };
        Assert.Equal(next, Accepted(Judge(WithLists(root, identity), required)).ExpiresAt);
        AssertRefused(Judge(WithLists(root), required), Refusal.RevocationListMissing);
        AssertRefused(Judge(WithLists(), required), Refusal.RevocationListMissing);
        AssertRefused(Judge(WithLists(s_vendor.RevocationList(4, revokesNext: true, next))), Refusal.CertificateRevoked);
        AssertRefused(Judge(WithLists(s_vendor.RevocationList(3, revokesNext: true, next))), Refusal.CertificateRevoked);
        AssertRefused(Judge(WithLists(s_vendor.RevocationList(4, revokesNext: false, Scenario.Now.AddDays(-1)))), Refusal.RevocationListStale);
        AssertRefused(Judge(WithLists(new EmulatedGpuVendor().RevocationList(4, revokesNext: false, next))), Refusal.RevocationListIssuer);
    }

    [Fact]
    public void Verify_refusesEveryChangedByteOfAReport()
    {
        NvidiaEvidence good = s_vendor.Evidence(s_gpu);
        Arbitrary<(int Offset, int Bits)> change = Arb.From(
            from offset in Gen.Choose(0, good.Report.Length - 1)
            from bits in Gen.Choose(1, 255)
            select (offset, bits));
        Prop.ForAll(change, at => Judge(
                new NvidiaEvidence { Report = Bytes.Flip(good.Report.ToArray(), at.Offset, at.Bits), Certificates = good.Certificates }) is Verdict.Refused)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(150));
    }

    [Fact]
    public void Verify_refusesEveryChangedByteOfACertificate()
    {
        NvidiaEvidence good = s_vendor.Evidence(s_gpu);
        Arbitrary<(int Index, int Offset, int Bits)> change = Arb.From(
            from index in Gen.Choose(0, 4)
            from offset in Gen.Choose(0, good.Certificates[index].Length - 1)
            from bits in Gen.Choose(1, 255)
            select (index, offset, bits));
        Prop.ForAll(change, at => Judge(
                good.Certificates.SetItem(at.Index, Bytes.Flip(good.Certificates[at.Index].ToArray(), at.Offset, at.Bits))) is Verdict.Refused)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(150));
    }

    [Fact]
    public void Verify_refusesEveryChangedCharacterOfAManifestButAnotherSpellingOfTheSame()
    {
        static bool SaysTheSame(byte[] one, byte[] other)
        {
            return XNode.DeepEquals(XDocument.Load(new MemoryStream(one)), XDocument.Load(new MemoryStream(other)));
        }

        NvidiaEvidence good = s_vendor.Evidence(s_gpu, s_vendor.Reference(s_driver));
        Accepted(Judge(good));
        byte[] manifest = good.DriverReference.ToArray();
        int[] places = [.. Enumerable.Range(0, manifest.AsSpan().IndexOf("<ds:KeyInfo"u8)).Where(at => char.IsAsciiLetterOrDigit((char)manifest[at]))];
        Arbitrary<(int At, char Other)> change = Arb.From(
            from place in Gen.Elements(places)
            from other in Gen.Elements("abcdefXYZ0123456789".ToCharArray())
            where manifest[place] != other
            select (place, other));
        Prop.ForAll(change, at =>
        {
            byte[] changed = [.. manifest];
            changed[at.At] = (byte)at.Other;
            Verdict verdict = Judge(new NvidiaEvidence { Report = good.Report, Certificates = good.Certificates, DriverReference = changed });
            return verdict is Verdict.Refused || SaysTheSame(manifest, changed); // the signature is over the canonical form: &#09; for &#x9; says the same
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));
    }

    [Fact]
    public void Verify_acceptsAnotherSpellingOfTheSameManifest()
    {
        NvidiaEvidence good = s_vendor.Evidence(s_gpu, s_vendor.Reference(s_driver));
        string manifest = Encoding.UTF8.GetString(good.DriverReference.Span);
        Assert.Contains("&#x9;", manifest, StringComparison.Ordinal);
        byte[] respelled = Encoding.UTF8.GetBytes(manifest.Replace("&#x9;", "&#09;", StringComparison.Ordinal));
        Accepted(Judge(new NvidiaEvidence { Report = good.Report, Certificates = good.Certificates, DriverReference = respelled }));
    }

    [Fact]
    public void Verify_neverThrowsOnAnyBytes()
    {
        NvidiaEvidence good = s_vendor.Evidence(s_gpu, s_vendor.Reference(s_driver));
        byte[] report = good.Report.ToArray();
        byte[] manifest = good.DriverReference.ToArray();
        Prop.ForAll<byte[], int>((noise, place) =>
        {
            byte[] Garble(byte[] bytes)
            {
                byte[] garbled = [.. bytes];
                int start = (int)((uint)place % bytes.Length);
                noise.AsSpan(0, Math.Min(noise.Length, bytes.Length - start)).CopyTo(garbled.AsSpan(start));
                return garbled;
            }

            ImmutableArray<ReadOnlyMemory<byte>> path = good.Certificates;
            _ = Judge(new NvidiaEvidence { Report = Garble(report), Certificates = path });
            _ = Judge(new NvidiaEvidence { Report = noise, Certificates = path });
            _ = Judge(new NvidiaEvidence { Report = report, Certificates = path.SetItem(0, Garble(path[0].ToArray())) });
            _ = Judge(new NvidiaEvidence { Report = report, Certificates = path, DriverReference = Garble(manifest) });
            _ = Judge(new NvidiaEvidence { Report = report, Certificates = path, DriverReference = noise });
            _ = NvidiaEvidence.TryReadCertificates(noise, out _, out _);
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(80));
    }

    private static NvidiaEvidence WithLists(params byte[][] lists) => new()
    {
        Report = s_vendor.Report(s_gpu),
        Certificates = s_vendor.Certificates(s_gpu),
        RevocationLists = [.. lists.Select(list => (ReadOnlyMemory<byte>)list)],
    };

    private static void RefuseDriver(Refusal code, string from, string to)
    {
        byte[] good = s_vendor.Reference(s_driver);
        byte[] changed = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(good).Replace(from, to, StringComparison.Ordinal));
        Assert.NotEqual(good, changed);
        Accepted(Judge(s_vendor.Evidence(s_gpu, good)));
        AssertRefused(Judge(s_vendor.Evidence(s_gpu, changed)), code);
    }

    private static Verdict Judge(EmulatedGpuReport gpu, NvidiaPolicy? policy = null) => Judge(s_vendor.Evidence(gpu), policy);

    private static Verdict Judge(byte[] report) => Judge(new NvidiaEvidence { Report = report, Certificates = s_vendor.Certificates(s_gpu) });

    private static Verdict Judge(ImmutableArray<ReadOnlyMemory<byte>> path) =>
        Judge(new NvidiaEvidence { Report = s_vendor.Report(s_gpu), Certificates = path });

    private static Verdict Judge(NvidiaEvidence evidence, NvidiaPolicy? policy = null) =>
        NvidiaVerifier.Verify(evidence, s_vendor.Roots, policy ?? NvidiaPolicy.Baseline, Scenario.Now);

    private static Verdict JudgeAll(NvidiaPolicy policy, params NvidiaEvidence[] evidence) =>
        NvidiaVerifier.Verify([.. evidence], s_vendor.Roots, policy, Scenario.Now);

    private static NvidiaFacts Accepted(Verdict verdict)
    {
        Assert.True(verdict is Verdict.Genuine, verdict is Verdict.Refused refused ? refused.Reason.ToString() : null);
        return Assert.IsType<NvidiaFacts>(((Verdict.Genuine)verdict).Facts);
    }

    private static void Refuse(EmulatedGpuReport gpu, Refusal code) => AssertRefused(Judge(gpu), code);

    private static RefusalReason AssertRefused(Verdict verdict, Refusal code)
    {
        Verdict.Refused refused = Assert.IsType<Verdict.Refused>(verdict);
        Assert.True(code == refused.Reason.Code, $"expected {code}, found {refused.Reason}");
        return refused.Reason;
    }
}
