using System.Collections.Immutable;
using Ait.Attestation.Dcap;
using Ait.Attestation.Manifest;
using Ait.Attestation.Nvidia;
using Ait.Attestation.SevSnp;
using Ait.Attestation.X509;
using Ait.Emulation.Amd;
using Ait.Emulation.Intel;
using Ait.Emulation.Nvidia;

namespace Ait.Attestation.Tests;

/// <summary>A cache saves work and changes no verdict: what it remembers is never instead of a root, a date, a list or a policy.</summary>
public sealed class CertificateCacheTests
{
    private static readonly DateTimeOffset s_now = Scenario.Now;

    [Fact]
    public void Verify_givesTheSameVerdictWithACacheThatSawEvidenceAlready()
    {
        var cache = new CertificateCache(16);
        Scenario good = Scenario.Good();
        Scenario[] cases =
        [
            good, good.Resigned(0x50, 1), good with { Report = Bytes.Flip(good.Report, 0x50, 1) }, good with { Vek = Bytes.Flip(good.Vek, 400, 1) },
            good with { Ask = Bytes.Flip(good.Ask, 700, 1) }, good with { Ark = Bytes.Flip(good.Ark, 700, 1) }, good with { Roots = TrustRoots.Production },
            good with { At = s_now.AddYears(-1) }, good with { At = s_now.AddYears(60) },
            good with { RevocationLists = [good.Root.IssueRevocationList(s_now.AddDays(-1), s_now.AddDays(1), 1, 2)] },
            good with { RevocationLists = [good.Root.IssueRevocationList(s_now.AddDays(-1), s_now.AddDays(1), 0x20002)] },
            good with { RevocationLists = [good.Root.IssueRevocationList(s_now.AddDays(-3), s_now.AddDays(-2), 1)] },
        ];
        foreach (Scenario each in cases.Concat(cases))
        {
            Assert.Equal(Line(Judge(each, null)), Line(Judge(each, cache)));
        }

        Assert.InRange(cache.Count, 4, 8);
    }

    [Fact]
    public void Verify_remembersNothingOfARefusedPath()
    {
        var cache = new CertificateCache(16);
        Scenario other = Scenario.Good() with { Roots = TrustRoots.Production };
        Assert.IsType<Verdict.Refused>(Judge(other, cache));
        Assert.Equal(0, cache.Count);
    }

    [Fact]
    public void Verify_holdsNoMoreThanItsBound()
    {
        var cache = new CertificateCache(8);
        Scenario good = Scenario.Good();
        for (int chip = 0; chip < 40; chip++)
        {
            EmulatedChip each = EmulatedChip.Generate(EmulatedProduct.Genoa);
            Scenario scenario = good with { Chip = each, Report = each.Report(Scenario.Said), Vek = good.Root.IssueByAsk(each.VcekRecipe(s_now.AddDays(-30))) };
            Assert.IsType<Verdict.Genuine>(Judge(scenario, cache));
            Assert.InRange(cache.Count, 3, 8);
        }
    }

    [Fact]
    public void Verify_doesNotBelieveBytesThatChangedUnderItsHands()
    {
        var cache = new CertificateCache(16);
        Scenario good = Scenario.Good();
        byte[] vek = [.. good.Vek];
        Assert.IsType<Verdict.Genuine>(Judge(good with { Vek = vek }, cache));
        vek[^1] ^= 1;
        Assert.Equal(Refusal.CertificateSignature, Assert.IsType<Verdict.Refused>(Judge(good with { Vek = vek }, cache)).Reason.Code);
        vek[^1] ^= 1;
        Assert.IsType<Verdict.Genuine>(Judge(good with { Vek = vek }, cache));
    }

    [Fact]
    public void Verify_asksEveryRootItself()
    {
        var cache = new CertificateCache(16);
        Scenario good = Scenario.Good();
        Assert.IsType<Verdict.Genuine>(Judge(good, cache));
        Assert.Equal(Refusal.RootNotPinned, Assert.IsType<Verdict.Refused>(Judge(good with { Roots = TrustRoots.Production }, cache)).Reason.Code);
    }

    [Fact]
    public void Verify_givesQuotesTheSameVerdictWithACache()
    {
        using var vendor = new EmulatedIntelVendor(s_now.AddYears(-1));
        using var platform = EmulatedIntelPlatform.Generate(vendor, s_now.AddYears(-1), 7);
        TrustRoots roots = new([], [new ByteString(vendor.RootFingerprint)]);
        var sound = new EmulatedCollateral { IssueDate = s_now.AddDays(-10), NextUpdate = s_now.AddDays(20) };
        EmulatedCollateral[] collaterals = [sound, sound with { RevokedByAuthority = [7] }, sound with { PlatformStatus = "OutOfDate" }, sound with { NextUpdate = s_now.AddDays(-1) }];
        var cache = new CertificateCache(16);
        byte[] quote = platform.Quote(new EmulatedQuote { ReportData = new byte[64] });
        byte[] other = platform.WithNewAttestationKey().Quote(new EmulatedQuote { ReportData = new byte[64] });
        byte[][] files = [.. collaterals.Select(each => vendor.Collateral(each))];
        var lines = new HashSet<string>();
        foreach (byte[] file in files.Concat(files))
        {
            foreach (byte[] each in (byte[][])[quote, other, Bytes.Flip(quote, 600, 1), Bytes.Flip(quote, 900, 1)])
            {
                Assert.True(DcapCollateral.TryParse(file, out DcapCollateral? collateral, out _));
                var evidence = new DcapEvidence { Quote = each, Collateral = collateral };
                foreach (DateTimeOffset at in (DateTimeOffset[])[s_now, s_now.AddDays(21)])
                {
                    string line = Line(DcapVerifier.Verify(evidence, roots, DcapPolicy.Baseline, at));
                    Assert.Equal(line, Line(DcapVerifier.Verify(evidence, roots, DcapPolicy.Baseline, at, cache)));
                    _ = lines.Add(line);
                }
            }
        }

        Assert.InRange(lines.Count, 5, int.MaxValue);
    }

    [Fact]
    public void Verify_givesGpusTheSameVerdictWithACache()
    {
        using var vendor = new EmulatedNvidiaVendor(s_now.AddYears(-1), s_now.AddYears(1));
        using EmulatedNvidiaGpu gpu = EmulatedNvidiaGpu.Generate(vendor);
        TrustRoots roots = new([], [], [new ByteString(vendor.DeviceRootFingerprint)], [new ByteString(vendor.ReferenceRootFingerprint)]);
        var said = new EmulatedGpuReport { Nonce = new byte[32] };
        ImmutableArray<ReadOnlyMemory<byte>> path = [.. gpu.Certify(said).Select(der => (ReadOnlyMemory<byte>)der)];
        byte[] report = gpu.Report(said);
        byte[] driver = vendor.Reference(EmulatedReference.Driver);
        var cache = new CertificateCache(16);
        for (int time = 0; time < 2; time++)
        {
            foreach (byte[] each in (byte[][])[report, Bytes.Flip(report, 100, 1)])
            {
                foreach (byte[] reference in (byte[][])[driver, Bytes.Flip(driver, driver.Length / 2, 1)])
                {
                    foreach (DateTimeOffset at in (DateTimeOffset[])[s_now, s_now.AddYears(2)])
                    {
                        var evidence = new NvidiaEvidence { Report = each, Certificates = path, DriverReference = reference };
                        Assert.Equal(
                            Line(NvidiaVerifier.Verify(evidence, roots, NvidiaPolicy.Baseline, at)),
                            Line(NvidiaVerifier.Verify(evidence, roots, NvidiaPolicy.Baseline, at, cache)));
                    }
                }
            }
        }
    }

    [Fact]
    public void BoundedCache_forgetsWhatWasUsedLongestAgo()
    {
        var cache = new BoundedCache<string>(2);
        cache.Keep(Key(1), "one");
        cache.Keep(Key(2), "two");
        Assert.True(cache.TryGet(Key(1).Span, out string? found));
        Assert.Equal("one", found);
        cache.Keep(Key(3), "three");
        Assert.False(cache.TryGet(Key(2).Span, out _));
        Assert.True(cache.TryGet(Key(1).Span, out _));
        Assert.True(cache.TryGet(Key(3).Span, out _));
        Assert.Equal(2, cache.Count);
    }

    private static ByteString Key(byte value) => new([value]);

    private static string Line(Verdict verdict) => JudgementJson.Line("evidence", null, verdict);

    private static Verdict Judge(Scenario scenario, CertificateCache? cache) => SnpVerifier.Verify(
        new SnpEvidence { Report = scenario.Report, Vek = scenario.Vek, Ask = scenario.Ask, Ark = scenario.Ark, RevocationLists = scenario.RevocationLists },
        scenario.Roots, scenario.Policy, scenario.At, cache);
}
