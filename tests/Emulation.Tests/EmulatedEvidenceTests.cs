using Ait.Attestation;
using Ait.Attestation.SevSnp;
using Ait.Emulation.Amd;

namespace Ait.Emulation.Tests;

/// <summary>Emulated evidence goes through the very verifier that judges genuine evidence; only the root differs.</summary>
public sealed class EmulatedEvidenceTests
{
    public static TheoryData<EmulatedProduct, int> EveryProductAndVersion()
    {
        TheoryData<EmulatedProduct, int> data = [];
        foreach (EmulatedProduct product in Enum.GetValues<EmulatedProduct>())
        {
            for (int version = 2; version <= 5; version++)
            {
                data.Add(product, version);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(EveryProductAndVersion))]
    public void Verify_acceptsUnderTheDevelopmentRoot(EmulatedProduct product, int version)
    {
        using EmulatedAmdRoot root = EmulatedVendor.Root(product);
        using EmulatedChip chip = EmulatedChip.Generate(product);
        EmulatedReport said = EmulatedVendor.Report(version);

        Verdict verdict = SnpVerifier.Verify(
            EmulatedVendor.Evidence(root, chip, said), EmulatedVendor.Roots(root), SnpPolicy.Baseline, EmulatedVendor.Now);

        SnpFacts facts = Assert.IsType<SnpFacts>(Assert.IsType<Verdict.Genuine>(verdict).Facts);
        Assert.Equal(new ByteString(said.ReportData), facts.ReportData);
        Assert.Equal(new ByteString(said.Measurement), facts.Measurement);
        Assert.Equal(new ByteString(chip.HardwareId), facts.ChipId);
        Assert.Equal(product.ToString(), facts.Product.ToString());
        Assert.Equal((uint)version, facts.ReportVersion);
    }

    [Theory]
    [InlineData(EmulatedProduct.Milan)]
    [InlineData(EmulatedProduct.Genoa)]
    [InlineData(EmulatedProduct.Turin)]
    public void Verify_refusesUnderTheProductionRoots(EmulatedProduct product)
    {
        using EmulatedAmdRoot root = EmulatedVendor.Root(product);
        using EmulatedChip chip = EmulatedChip.Generate(product);
        Verdict verdict = SnpVerifier.Verify(
            EmulatedVendor.Evidence(root, chip, EmulatedVendor.Report(3)), TrustRoots.Production, SnpPolicy.Baseline, EmulatedVendor.Now);
        Assert.Equal(Refusal.RootNotPinned, Assert.IsType<Verdict.Refused>(verdict).Reason.Code);
    }

    [Fact]
    public void Verify_refusesIfDebugIsAllowed()
    {
        using EmulatedAmdRoot root = EmulatedVendor.Root(EmulatedProduct.Genoa);
        using EmulatedChip chip = EmulatedChip.Generate(EmulatedProduct.Genoa);
        Verdict verdict = SnpVerifier.Verify(
            EmulatedVendor.Evidence(root, chip, EmulatedVendor.Report(3) with { Debug = true }),
            EmulatedVendor.Roots(root), SnpPolicy.Baseline, EmulatedVendor.Now);
        Assert.Equal(Refusal.DebugEnabled, Assert.IsType<Verdict.Refused>(verdict).Reason.Code);
    }

    [Fact]
    public void Verify_refusesARootOfAnotherProductWithTheSameKey()
    {
        using EmulatedAmdRoot genoa = EmulatedVendor.Root(EmulatedProduct.Genoa);
        using EmulatedAmdRoot milan = EmulatedVendor.Root(EmulatedProduct.Milan);
        using EmulatedChip chip = EmulatedChip.Generate(EmulatedProduct.Genoa);
        Verdict verdict = SnpVerifier.Verify(
            EmulatedVendor.Evidence(genoa, chip, EmulatedVendor.Report(3)), EmulatedVendor.Roots(milan), SnpPolicy.Baseline, EmulatedVendor.Now);
        Assert.Equal(Refusal.RootNotPinned, Assert.IsType<Verdict.Refused>(verdict).Reason.Code);
    }
}
