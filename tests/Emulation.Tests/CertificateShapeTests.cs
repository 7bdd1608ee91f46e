using Ait.Emulation.Amd;

namespace Ait.Emulation.Tests;

/// <summary>Emulated certificates have the genuine ones' shape, field by field, so that every reader is tested on it.</summary>
public sealed class CertificateShapeTests
{
    [Theory]
    [InlineData(EmulatedProduct.Milan, "milan-v3-dstack")]
    [InlineData(EmulatedProduct.Genoa, "genoa-v3-veraison")]
    [InlineData(EmulatedProduct.Turin, "turin-v5-routex")]
    public void Issue_hasTheShapeOfTheGenuineCertificates(EmulatedProduct product, string genuine)
    {
        string folder = GenuineFolder();
        string name = product.ToString().ToLowerInvariant();
        using EmulatedAmdRoot root = EmulatedVendor.Root(product);
        byte[] genuineVek = File.ReadAllBytes(Path.Combine(folder, genuine, "vek.der"));
        using EmulatedChip chip = EmulatedChip.Generate(product);

        Assert.Equal(DerShape.Of(File.ReadAllBytes(Path.Combine(folder, "roots", $"ark_{name}.der"))), DerShape.Of(root.Ark));
        Assert.Equal(DerShape.Of(File.ReadAllBytes(Path.Combine(folder, "roots", $"ask_{name}.der"))), DerShape.Of(root.Ask));
        Assert.Equal(DerShape.Of(File.ReadAllBytes(Path.Combine(folder, "roots", $"asvk_{name}.der"))), DerShape.Of(root.IssueByArk(root.AsvkRecipe)));
        Assert.Equal(DerShape.Of(genuineVek), DerShape.Of(root.IssueByAsk(chip.VcekRecipe(EmulatedVendor.Now))));
    }

    [Fact]
    public void IssueRevocationList_hasTheShapeOfTheGenuineList()
    {
        byte[] genuine = File.ReadAllBytes(Path.Combine(GenuineFolder(), "crls", "crl_genoa_2024-10-23.der"));
        using EmulatedAmdRoot root = EmulatedVendor.Root(EmulatedProduct.Genoa);
        byte[] list = root.IssueRevocationList(EmulatedVendor.Now, EmulatedVendor.Now.AddYears(1), 0x20001);
        Assert.Equal(DerShape.Of(genuine), DerShape.Of(list));
    }

    private static string GenuineFolder()
    {
        string? folder = Environment.GetEnvironmentVariable("AIT_VECTORS");
        Assert.SkipWhen(
            string.IsNullOrEmpty(folder) || !Directory.Exists(folder),
            "AIT_VECTORS does not name the folder of genuine evidence: this test did NOT run");
        return Path.Combine(folder, "amd-snp");
    }
}
