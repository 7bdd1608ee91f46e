using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using Ait.Attestation.SevSnp;
using Ait.Emulation.Amd;

namespace Ait.Attestation.Tests.SevSnp;

/// <summary>Shape of a report and of what platforms wrap it in.</summary>
public sealed class SnpReportTests
{
    [Theory]
    [InlineData(EmulatedProduct.Milan, 2)]
    [InlineData(EmulatedProduct.Genoa, 3)]
    [InlineData(EmulatedProduct.Genoa, 4)]
    [InlineData(EmulatedProduct.Turin, 5)]
    public void Verify_acceptsEveryVersion(EmulatedProduct product, int version) =>
        Scenario.Good(product, Scenario.Said with { Version = version }).AssertGenuine();

    [Theory]
    [Refuses(Refusal.ReportLength)]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(-1184)]
    public void Verify_refusesIfOneByteLongerOrShorter(int difference)
    {
        Scenario good = Scenario.Good();
        byte[] report = good.Report;
        Array.Resize(ref report, report.Length + difference);
        (good with { Report = report }).AssertRefused(Refusal.ReportLength);
    }

    [Fact]
    public void Verify_refusesOversizedInputAsALength() =>
        (Scenario.Good() with { Report = new byte[SnpReportEnvelope.MaxLength + 1] }).AssertRefused(Refusal.ReportLength);

    [Theory]
    [Refuses(Refusal.ReportVersion)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(255)]
    public void Verify_refusesUnknownVersions(int version) => Scenario.Good().Resigned(0, 3 ^ version).AssertRefused(Refusal.ReportVersion);

    [Theory]
    [Refuses(Refusal.ReservedNotZero)]
    [InlineData(0x048, 0x20)]
    [InlineData(0x04B, 0x80)]
    [InlineData(0x04C, 1)]
    [InlineData(0x04F, 0x80)]
    [InlineData(0x18B, 1)]
    [InlineData(0x19F, 1)]
    [InlineData(0x1EB, 1)]
    [InlineData(0x1EF, 1)]
    [InlineData(0x1F8, 1)]
    [InlineData(0x207, 1)]
    [InlineData(0x208, 1)]
    [InlineData(0x29F, 1)]
    [InlineData(0x330, 1)]
    [InlineData(0x49F, 0x80)]
    public void Verify_refusesIfAReservedByteIsSet(int offset, int bits)
    {
        Scenario good = Scenario.Good();
        byte[] changed = Bytes.Flip(good.Report, offset, bits);
        (good with { Report = offset < EmulatedReport.SignedLength ? good.Chip.Sign(changed) : changed }).AssertRefused(Refusal.ReservedNotZero);
    }

    [Fact]
    public void Verify_refusesAProcessorInVersionTwo() =>
        Scenario.Good(EmulatedProduct.Milan, Scenario.Said with { Version = 2 }).Resigned(0x188, 0x19).AssertRefused(Refusal.ReservedNotZero);

    [Fact]
    [Refuses(Refusal.SignatureAlgorithm)]
    public void Verify_refusesOtherSignatureAlgorithms() => Scenario.Good().Resigned(0x034, 3).AssertRefused(Refusal.SignatureAlgorithm);

    [Theory]
    [Refuses(Refusal.GuestPolicyReserved)]
    [InlineData(0x00A, 0x02)]
    [InlineData(0x00B, 0x04)]
    [InlineData(0x00F, 0x80)]
    public void Verify_refusesReservedPolicyBits(int offset, int bits) => Scenario.Good().Resigned(offset, bits).AssertRefused(Refusal.GuestPolicyReserved);

    [Fact]
    [Refuses(Refusal.RequestedByHypervisor)]
    public void Verify_refusesAReportOfTheHypervisor()
    {
        Scenario good = Scenario.Good();
        byte[] report = [.. good.Report];
        report.AsSpan(0x030, 4).Fill(0xFF);
        (good with { Report = good.Chip.Sign(report) }).AssertRefused(Refusal.RequestedByHypervisor);
    }

    [Theory]
    [Refuses(Refusal.SigningKeyUnknown)]
    [InlineData(0x1C)]
    [InlineData(0x08)]
    public void Verify_refusesUnknownSigningKeys(int bits) => Scenario.Good().Resigned(0x048, bits).AssertRefused(Refusal.SigningKeyUnknown);

    [Theory]
    [Refuses(Refusal.SignatureEncoding)]
    [InlineData(0, "0")]
    [InlineData(72, "0")]
    [InlineData(0, "n")]
    [InlineData(72, "n")]
    [InlineData(72, "padding")]
    public void Verify_refusesSignatureNumbersOutOfRange(int part, string value)
    {
        Scenario good = Scenario.Good();
        byte[] report = [.. good.Report];
        Span<byte> number = report.AsSpan(EmulatedReport.SignedLength + part, 72);
        switch (value)
        {
            case "0":
                number.Clear();
                break;
            case "n":
                P384.Order.ToByteArray(isUnsigned: true).CopyTo(number);
                break;
            default:
                number[71] = 1;
                break;
        }

        (good with { Report = report }).AssertRefused(Refusal.SignatureEncoding);
    }

    [Fact]
    public void Verify_acceptsTheOtherHalfOfAMalleableSignature()
    {
        Scenario good = Scenario.Good();
        byte[] report = [.. good.Report];
        Span<byte> s = report.AsSpan(EmulatedReport.SignedLength + 72, 48);
        BigInteger other = P384.Order - new BigInteger(s, isUnsigned: true);
        s.Clear();
        other.ToByteArray(isUnsigned: true).CopyTo(s);
        (good with { Report = report }).AssertGenuine();
    }

    [Theory]
    [InlineData(1216)]
    [InlineData(4000)]
    public void Verify_opensTheResponseOfTheGuestDevice(int length)
    {
        Scenario good = Scenario.Good();
        (good with { Report = Response(good.Report, length) }).AssertGenuine();
    }

    [Theory]
    [Refuses(Refusal.WrapperMalformed)]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(31)]
    [InlineData(3999)]
    public void Verify_refusesAResponseWithAnyOtherByte(int offset)
    {
        Scenario good = Scenario.Good();
        (good with { Report = Bytes.Flip(Response(good.Report, 4000), offset, 1) }).AssertRefused(Refusal.WrapperMalformed);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Verify_opensTheParavisorReport(int hash) => Hcl(hash).AssertGenuine();

    [Fact]
    [Refuses(Refusal.RuntimeDataMismatch)]
    public void Verify_refusesIfTheRuntimeDataIsChanged()
    {
        Scenario good = Hcl(1);
        (good with { Report = Bytes.Flip(good.Report, 32 + 1184 + 20, 1) }).AssertRefused(Refusal.RuntimeDataMismatch);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(1216)]
    [InlineData(1224)]
    [InlineData(1232)]
    [InlineData(2599)]
    public void Verify_refusesAParavisorReportWithWrongHeaders(int offset)
    {
        Scenario good = Hcl(1);
        (good with { Report = Bytes.Flip(good.Report, offset, 0x40) }).AssertRefused(Refusal.WrapperMalformed);
    }

    [Fact]
    public void TryOpen_readsTheGenuineEnvelopes()
    {
        Assert.True(SnpReportEnvelope.TryOpen(Vectors.Read("amd-snp/milan-v2-azure-hcl/hcl_report.bin"), out SnpReport? hcl, out _));
        Assert.Equal(Vectors.Read("amd-snp/milan-v2-azure-hcl/report.bin"), hcl.Encoded.ToArray());
        Assert.True(SnpReportEnvelope.TryOpen(Vectors.Read("amd-snp/milan-v2-msg-report-rsp/msg_report_rsp.bin"), out SnpReport? response, out _));
        Assert.Equal(2u, response.Version);
    }

    private static byte[] Response(byte[] report, int length)
    {
        var response = new byte[length];
        BinaryPrimitives.WriteInt32LittleEndian(response.AsSpan(4), report.Length);
        report.CopyTo(response, 32);
        return response;
    }

    private static Scenario Hcl(int hash)
    {
        byte[] runtime = "{\"keys\":[]}"u8.ToArray();
        byte[] digest = hash switch
        {
            1 => SHA256.HashData(runtime),
            2 => SHA384.HashData(runtime),
            _ => SHA512.HashData(runtime),
        };
        var data = new byte[64];
        digest.CopyTo(data, 0);
        Scenario good = Scenario.Good(said: Scenario.Said with { ReportData = data });
        var envelope = new byte[2600];
        "HCLA"u8.CopyTo(envelope);
        U32(4, 1);
        U32(8, 1216 + 20 + runtime.Length);
        U32(12, 2);
        good.Report.CopyTo(envelope, 32);
        U32(1216, 20 + runtime.Length);
        U32(1220, 1);
        U32(1224, 2);
        U32(1228, hash);
        U32(1232, runtime.Length);
        runtime.CopyTo(envelope, 1236);
        return good with { Report = envelope };

        void U32(int offset, int value) => BinaryPrimitives.WriteInt32LittleEndian(envelope.AsSpan(offset), value);
    }
}
