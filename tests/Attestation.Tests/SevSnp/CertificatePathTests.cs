using System.Security.Cryptography;
using Ait.Attestation.SevSnp;
using Ait.Emulation.Amd;
using Ait.Emulation.X509;

namespace Ait.Attestation.Tests.SevSnp;

/// <summary>The path VEK ← ASK ← pinned ARK.</summary>
public sealed class CertificatePathTests
{
    private const string BasicConstraintsOid = "2.5.29.19";
    private const string KeyUsageOid = "2.5.29.15";
    private const string AuthorityKeyIdentifierOid = "2.5.29.35";

    [Theory]
    [Refuses(Refusal.CertificateMalformed)]
    [InlineData("VEK")]
    [InlineData("ASK")]
    [InlineData("ARK")]
    public void Verify_refusesBytesAfterACertificate(string role)
    {
        Scenario good = Scenario.Good();
        RefusalReason reason = (role switch
        {
            "VEK" => good with { Vek = [.. good.Vek, 0] },
            "ASK" => good with { Ask = [.. good.Ask, 0] },
            _ => good with { Ark = [.. good.Ark, 0] },
        }).AssertRefused(Refusal.CertificateMalformed);
        Assert.Equal(role, reason.What);
    }

    [Fact]
    public void Verify_refusesTheSameExtensionTwice()
    {
        Scenario good = Scenario.Good();
        CertificateRecipe recipe = good.VekRecipe;
        byte[] twice = good.Root.IssueByAsk(recipe with { Extensions = [.. recipe.Extensions, recipe.Extensions[0]] });
        (good with { Vek = twice }).AssertRefused(Refusal.CertificateMalformed);
    }

    [Fact]
    [Refuses(Refusal.CertificateRole)]
    public void Verify_refusesAnotherSubjectInTheLeaf() =>
        WithVek(recipe => recipe with { SubjectCommonName = "SEV-VCEKS" }).AssertRefused(Refusal.CertificateRole);

    [Fact]
    public void Verify_refusesAnAuthorityAsLeaf() =>
        WithVek(recipe => recipe with { Extensions = [.. recipe.Extensions, new ExtensionRecipe(BasicConstraintsOid, true, [0x30, 3, 1, 1, 0xFF])] })
            .AssertRefused(Refusal.CertificateRole);

    [Fact]
    [Refuses(Refusal.IssuerMismatch)]
    public void Verify_refusesAnotherIssuerName() =>
        WithVek(recipe => recipe with { Organization = "AIT EMULATED PROCESSOS" }).AssertRefused(Refusal.IssuerMismatch);

    [Fact]
    [Refuses(Refusal.KeyIdentifierMismatch)]
    public void Verify_refusesAnotherAuthorityKeyIdentifier() => WithAsk(recipe => recipe with
    {
        Extensions = [.. recipe.Extensions.Select(extension => extension.Oid == AuthorityKeyIdentifierOid
            ? extension with { Value = Bytes.Flip(extension.Value, 10, 1) }
            : extension)],
    }).AssertRefused(Refusal.KeyIdentifierMismatch);

    [Fact]
    [Refuses(Refusal.CertificateSignature)]
    public void Verify_refusesALeafSignedByAnotherKey()
    {
        Scenario good = Scenario.Good();
        (good with { Vek = good.Root.IssueByArk(good.VekRecipe) }).AssertRefused(Refusal.CertificateSignature);
    }

    [Fact]
    public void Verify_refusesAnIntermediateSignedByAnotherKey()
    {
        Scenario good = Scenario.Good();
        (good with { Ask = good.Root.IssueByAsk(good.Root.AskRecipe) }).AssertRefused(Refusal.CertificateSignature);
    }

    [Fact]
    public void Verify_refusesARootThatDidNotSignItself()
    {
        Scenario good = Scenario.Good();
        (good with { Ark = good.Root.IssueByAsk(good.Root.ArkRecipe) }).AssertRefused(Refusal.CertificateSignature);
    }

    [Theory]
    [Refuses(Refusal.CertificateAlgorithm)]
    [InlineData(47, 1, "SHA384")]
    [InlineData(20, 1, "SHA384")]
    [InlineData(48, 2, "SHA384")]
    [InlineData(48, 1, "SHA256")]
    public void Verify_refusesOtherPssParameters(int salt, int trailer, string hash) => WithVek(recipe => recipe with
    {
        SaltLength = salt,
        TrailerField = trailer,
        NamedHash = new HashAlgorithmName(hash),
    }).AssertRefused(Refusal.CertificateAlgorithm);

    [Theory]
    [InlineData(48, 0xBC, true)]
    [InlineData(47, 0xBC, false)]
    [InlineData(49, 0xBC, false)]
    [InlineData(0, 0xBC, false)]
    [InlineData(48, 0xCC, false)]
    public void Verify_refusesASignatureThatIsNotAsItsParametersSay(int salt, byte trailer, bool accepted)
    {
        Scenario signed = Scenario.Good().WithVekSignature((key, body) => PssSigner.Sign(key, body, salt, trailer));
        AssertAt(signed, accepted ? Refusal.None : Refusal.CertificateSignature);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Verify_acceptsTheTrailerSpelledOutOrNot(bool spelled) => WithVek(recipe => recipe with { SpellsTrailer = spelled }).AssertGenuine();

    [Fact]
    [Refuses(Refusal.CertificateKey)]
    public void Verify_refusesALeafKeyOnAnotherCurve()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        WithVek(recipe => recipe with { PublicKey = key.ExportSubjectPublicKeyInfo() }).AssertRefused(Refusal.CertificateKey);
    }

    [Fact]
    public void Verify_refusesAnIntermediateWithAShorterKey()
    {
        using var key = RSA.Create(2048);
        WithAsk(recipe => recipe with { PublicKey = key.ExportSubjectPublicKeyInfo() }).AssertRefused(Refusal.CertificateKey);
    }

    [Fact]
    public void Verify_refusesAPointThatIsNotOnTheCurve() => WithVek(recipe =>
    {
        byte[] key = [.. recipe.PublicKey];
        key[^1] ^= 1;
        return recipe with { PublicKey = key };
    }).AssertRefused(Refusal.CertificateMalformed);

    [Theory]
    [Refuses(Refusal.NotAnAuthority)]
    [InlineData(BasicConstraintsOid)]
    [InlineData(KeyUsageOid)]
    public void Verify_refusesAnIntermediateThatMayNotSign(string oid) =>
        WithAsk(recipe => recipe with { Extensions = [.. recipe.Extensions.Where(extension => extension.Oid != oid)] })
            .AssertRefused(Refusal.NotAnAuthority);

    [Fact]
    public void Verify_refusesAnIntermediateForOtherUses() => WithAsk(recipe => recipe with
    {
        Extensions = [.. recipe.Extensions.Select(extension => extension.Oid == KeyUsageOid ? extension with { Value = [3, 2, 7, 0x80] } : extension)],
    }).AssertRefused(Refusal.NotAnAuthority);

    [Fact]
    [Refuses(Refusal.PathLength)]
    public void Verify_refusesIfTheRootAllowsNoIntermediate()
    {
        Scenario good = Scenario.Good();
        CertificateRecipe recipe = good.Root.ArkRecipe;
        byte[] ark = good.Root.IssueByArk(recipe with
        {
            Extensions = [.. recipe.Extensions.Select(extension => extension.Oid == BasicConstraintsOid
                ? extension with { Value = [0x30, 6, 1, 1, 0xFF, 2, 1, 0] }
                : extension)],
        });
        (good with { Ark = ark }).AssertRefused(Refusal.PathLength);
    }

    [Fact]
    [Refuses(Refusal.CertificateExtension)]
    public void Verify_refusesAnUnknownCriticalExtension() =>
        WithVek(recipe => recipe with { Extensions = [.. recipe.Extensions, new ExtensionRecipe("1.2.3.4", true, [5, 0])] })
            .AssertRefused(Refusal.CertificateExtension);

    [Fact]
    public void Verify_acceptsAnUnknownExtensionThatIsNotCritical() =>
        WithVek(recipe => recipe with { Extensions = [.. recipe.Extensions, new ExtensionRecipe("1.2.3.4", false, [5, 0])] }).AssertGenuine();

    [Theory]
    [Refuses(Refusal.CertificateNotYetValid)]
    [Refuses(Refusal.CertificateExpired)]
    [InlineData(0, Refusal.None)]
    [InlineData(-1, Refusal.CertificateNotYetValid)]
    public void Verify_acceptsFromTheFirstSecondOn(int seconds, Refusal code)
    {
        Scenario good = Scenario.Good();
        AssertAt(good with { At = good.VekRecipe.NotBefore.AddSeconds(seconds) }, code);
    }

    [Theory]
    [InlineData(0, Refusal.None)]
    [InlineData(1, Refusal.CertificateExpired)]
    public void Verify_acceptsToTheLastSecond(int seconds, Refusal code)
    {
        Scenario good = Scenario.Good();
        AssertAt(good with { At = good.VekRecipe.NotAfter.AddSeconds(seconds) }, code);
    }

    [Fact]
    public void Verify_refusesAfterTheEndOfTheIntermediate() =>
        WithAsk(recipe => recipe with { NotAfter = Scenario.Now.AddSeconds(-1) }).AssertRefused(Refusal.CertificateExpired);

    [Fact]
    [Refuses(Refusal.RootNotPinned)]
    public void Verify_refusesAWholePathUnderAnotherRoot()
    {
        Scenario good = Scenario.Good();
        EmulatedAmdRoot other = Scenario.OtherRoot(EmulatedProduct.Genoa);
        (good with { Ark = other.Ark, Ask = other.Ask, Vek = other.IssueByAsk(good.VekRecipe) }).AssertRefused(Refusal.RootNotPinned);
    }

    [Fact]
    public void Verify_refusesEmulatedHardwareUnderTheProductionRoots() =>
        (Scenario.Good() with { Roots = TrustRoots.Production }).AssertRefused(Refusal.RootNotPinned);

    [Theory]
    [Refuses(Refusal.ProductMismatch)]
    [InlineData("ASK")]
    [InlineData("ARK")]
    [InlineData("VEK")]
    public void Verify_refusesACertificateOfAnotherProduct(string role)
    {
        Scenario good = Scenario.Good();
        Scenario milan = Scenario.Good(EmulatedProduct.Milan);
        (role switch
        {
            "ASK" => good with { Ask = milan.Ask },
            "ARK" => good with { Ark = milan.Ark },
            _ => good with { Vek = milan.Vek },
        }).AssertRefused(Refusal.ProductMismatch);
    }

    [Fact]
    public void Verify_refusesAVlekIssuedByTheIssuerOfVceks()
    {
        Scenario good = Scenario.Good(said: Scenario.Said with { LoadedKey = true });
        CertificateRecipe recipe = good.Chip.VlekRecipe(Scenario.Now.AddDays(-1)) with { IssuerCommonName = "SEV-Genoa" };
        (good with { Vek = good.Root.IssueByAsk(recipe) }).AssertRefused(Refusal.ProductMismatch);
    }

    [Theory]
    [Refuses(Refusal.EndorsementExtensions)]
    [InlineData("1")]
    [InlineData("2")]
    [InlineData("3.1")]
    [InlineData("3.3")]
    [InlineData("3.4")]
    [InlineData("3.8")]
    [InlineData("4")]
    public void Verify_refusesIfAnExtensionOfTheVendorIsMissing(string suffix) =>
        WithVek(recipe => recipe with { Extensions = [.. recipe.Extensions.Where(extension => extension.Oid != AmdExtensions.Arc + suffix)] })
            .AssertRefused(Refusal.EndorsementExtensions);

    [Theory]
    [InlineData("1", "020101")]
    [InlineData("2", "16054d696c616e")]
    [InlineData("3.3", "02020100")]
    [InlineData("3.3", "0201ff")]
    [InlineData("3.3", "0202001700")]
    [InlineData("3.3", "02011700")]
    [InlineData("3.3", "040117")]
    [InlineData("4", "0408")]
    public void Verify_refusesIfAnExtensionOfTheVendorIsWrong(string suffix, string value) => WithVek(recipe => recipe with
    {
        Extensions = [.. recipe.Extensions.Select(extension => extension.Oid == AmdExtensions.Arc + suffix
            ? extension with { Value = Convert.FromHexString(value) }
            : extension)],
    }).AssertRefused(Refusal.EndorsementExtensions);

    [Fact]
    public void Verify_readsAHardwareIdThatLooksLikeDer()
    {
        Scenario good = Scenario.Good();
        byte[] id = [0x04, 0x3E, .. RandomNumberGenerator.GetBytes(62)];
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var chip = new EmulatedChip(EmulatedProduct.Genoa, id, EmulatedTcb.Default(EmulatedProduct.Genoa), key);
        (good with { Report = chip.Report(Scenario.Said), Vek = good.Root.IssueByAsk(chip.VcekRecipe(Scenario.Now)) }).AssertGenuine();
    }

    [Fact]
    public void Verify_readsTheGenuineTurinCertificateThatHasNoReport()
    {
        // A report of another Turin chip: everything about the certificate is right, only the signature is not its own.
        Verdict verdict = SnpVerifier.Verify(
            new SnpEvidence
            {
                Report = Vectors.Read("amd-snp/turin-v5-routex/report.bin"),
                Vek = Vectors.Read("amd-snp/vcek-only-turin-virtee/vek.der"),
                Ask = Vectors.Read("amd-snp/roots/ask_turin.der"),
                Ark = Vectors.Read("amd-snp/roots/ark_turin.der"),
                RevocationLists = [],
            },
            TrustRoots.Production, SnpPolicy.Baseline, Scenario.Now);
        Assert.Equal(Refusal.ReportSignature, Assert.IsType<Verdict.Refused>(verdict).Reason.Code);
    }

    private static void AssertAt(Scenario scenario, Refusal code)
    {
        if (code == Refusal.None)
        {
            scenario.AssertGenuine();
        }
        else
        {
            scenario.AssertRefused(code);
        }
    }

    private static Scenario WithVek(Func<CertificateRecipe, CertificateRecipe> change)
    {
        Scenario good = Scenario.Good();
        return good with { Vek = good.Root.IssueByAsk(change(good.VekRecipe)) };
    }

    private static Scenario WithAsk(Func<CertificateRecipe, CertificateRecipe> change)
    {
        Scenario good = Scenario.Good();
        return good with { Ask = good.Root.IssueByArk(change(good.Root.AskRecipe)) };
    }
}
