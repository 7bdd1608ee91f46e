using System.Text;
using Ait.Attestation.Manifest;
using Ait.Attestation.SevSnp;
using FsCheck;
using FsCheck.Fluent;

namespace Ait.Attestation.Tests;

/// <summary>No bytes make a reader throw, and no changed byte of accepted evidence is accepted.</summary>
public sealed class MutationTests
{
    private static readonly Scenario s_good = Scenario.Good() with { RevocationLists = [] };

    private static readonly byte[] s_list = s_good.Root.IssueRevocationList(Scenario.Now.AddDays(-1), Scenario.Now.AddDays(1), 1, 2);

    [Fact]
    public void Readers_neverThrowOnAnyBytes() => Prop.ForAll<byte[]>(bytes =>
    {
        bool opened = SnpReportEnvelope.TryOpen(bytes, out _, out _);
        bool sorted = SnpCertificates.TrySort([bytes], out _, out _);
        bool listed = RevocationLists.TryRead(bytes, out _, out _) && bytes[0] != 0x30;
        bool parsed = ManifestPolicy.TryParse(bytes, out _, out _);
        _ = EvidenceManifest.TryParse(bytes, out _, out _);
        return !opened && !sorted && !listed && !parsed;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Verify_refusesEveryChangedByteOfAReport() =>
        Changes(s_good.Report, changed => s_good with { Report = changed }, 1000);

    [Fact]
    public void Verify_refusesEveryChangedByteOfTheEndorsement() =>
        Changes(s_good.Vek, changed => s_good with { Vek = changed }, 500);

    [Fact]
    public void Verify_refusesEveryChangedByteOfTheIntermediate() =>
        Changes(s_good.Ask, changed => s_good with { Ask = changed }, 500);

    [Fact]
    public void Verify_refusesEveryChangedByteOfTheRoot() =>
        Changes(s_good.Ark, changed => s_good with { Ark = changed }, 500);

    [Fact]
    public void Verify_refusesEveryChangedByteOfARevocationList() =>
        Changes(s_list, changed => s_good with { RevocationLists = [changed] }, 500);

    [Fact]
    public void Verify_refusesEveryTruncation()
    {
        s_good.AssertGenuine();
        foreach (int length in Enumerable.Range(0, s_good.Vek.Length).Where(length => length % 7 == 0))
        {
            Assert.IsType<Verdict.Refused>((s_good with { Vek = s_good.Vek[..length] }).Judge());
        }
    }

    [Fact]
    public void Verify_refusesEveryChangedByteOfAGenuineReport()
    {
        var genuine = new SnpEvidence
        {
            Report = Vectors.Read("amd-snp/turin-v5-routex/report.bin"),
            Vek = Vectors.Read("amd-snp/turin-v5-routex/vek.der"),
            Ask = Vectors.Read("amd-snp/roots/ask_turin.der"),
            Ark = Vectors.Read("amd-snp/roots/ark_turin.der"),
            RevocationLists = [],
        };
        Assert.IsType<Verdict.Genuine>(SnpVerifier.Verify(genuine, TrustRoots.Production, SnpPolicy.Baseline, Scenario.Now));
        byte[] report = genuine.Report.ToArray();
        Prop.ForAll(Change(report), change => SnpVerifier.Verify(
            new SnpEvidence
            {
                Report = Bytes.Flip(report, change.Offset, change.Bits),
                Vek = genuine.Vek,
                Ask = genuine.Ask,
                Ark = genuine.Ark,
                RevocationLists = [],
            },
            TrustRoots.Production, SnpPolicy.Baseline, Scenario.Now) is Verdict.Refused).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    [Fact]
    public void Judge_neverThrowsOnAChangedManifest()
    {
        byte[] manifest = Encoding.UTF8.GetBytes("""
            {"vectors":[{"id":"a","platform":"amd-snp","files":{"report":"r","vek":"v","ask":"s","ark":"k","crl":["c"]},
            "chain":["s","k"],"verify_time":"2026-11-22T12:00:00Z","policy":{"min_tcb":{"snp":1},"require_crl":false,
            "expected_report_data":"00","allowed_measurements":["\u00e4"]}}]}
            """);
        Prop.ForAll(Change(manifest), change =>
        {
            if (EvidenceManifest.TryParse(Bytes.Flip(manifest, change.Offset, change.Bits), out EvidenceManifest? parsed, out _))
            {
                foreach (ManifestEntry entry in parsed.Entries)
                {
                    _ = JudgementJson.Line(ManifestJudge.Judge(entry, TrustRoots.Production, _ => s_good.Report));
                }
            }

            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    private static void Changes(byte[] original, Func<byte[], Scenario> place, int count)
    {
        place(original).AssertGenuine();
        Prop.ForAll(Change(original), change => place(Bytes.Flip(original, change.Offset, change.Bits)).Judge() is Verdict.Refused)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(count));
    }

    private static Arbitrary<(int Offset, int Bits)> Change(byte[] original) => Arb.From(
        from offset in Gen.Choose(0, original.Length - 1)
        from bits in Gen.Choose(1, 255)
        select (offset, bits));
}
