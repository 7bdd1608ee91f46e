using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Security.Cryptography;
using Ait.Attestation.SevSnp;
using Ait.Emulation.Amd;

namespace Ait.Attestation.Tests;

/// <summary>
/// Accepted evidence of an emulated chip, taken apart so that a test can change exactly one fact and leave every
/// signature that the change does not concern intact.
/// </summary>
internal sealed record Scenario
{
    internal static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private static readonly Lazy<(RSA Ark, RSA Ask)> s_keys = new(() =>
    {
        var ask = Task.Run(() => RSA.Create(4096));
        var ark = RSA.Create(4096);
        _ = ark.ExportParameters(false);
        return (ark, ask.GetAwaiter().GetResult());
    });

    private static readonly ConcurrentDictionary<EmulatedProduct, EmulatedAmdRoot> s_roots = new();

    internal required EmulatedAmdRoot Root { get; init; }

    internal required EmulatedChip Chip { get; init; }

    internal required byte[] Report { get; init; }

    internal required byte[] Vek { get; init; }

    internal required byte[] Ask { get; init; }

    internal required byte[] Ark { get; init; }

    internal required TrustRoots Roots { get; init; }

    internal ImmutableArray<ReadOnlyMemory<byte>> RevocationLists { get; init; } = [];

    internal SnpPolicy Policy { get; init; } = SnpPolicy.Baseline;

    internal DateTimeOffset At { get; init; } = Now;

    internal CertificateRecipe VekRecipe => Chip.VcekRecipe(Now.AddDays(-30));

    internal static EmulatedReport Said => new()
    {
        ReportData = [.. Enumerable.Range(1, 64).Select(value => (byte)value)],
        Measurement = [.. Enumerable.Range(100, 48).Select(value => (byte)value)],
    };

    internal static Scenario Good(EmulatedProduct product = EmulatedProduct.Genoa, EmulatedReport? said = null)
    {
        EmulatedAmdRoot root = s_roots.GetOrAdd(product, each => new EmulatedAmdRoot(each, s_keys.Value.Ark, s_keys.Value.Ask));
        EmulatedChip chip = EmulatedChip.Generate(product);
        SnpProduct same = Enum.Parse<SnpProduct>(product.ToString());
        return new Scenario
        {
            Root = root,
            Chip = chip,
            Report = chip.Report(said ?? Said),
            Vek = root.IssueByAsk(chip.VcekRecipe(Now.AddDays(-30))),
            Ask = root.Ask,
            Ark = root.Ark,
            Roots = new TrustRoots([new TrustRoot(same, new ByteString(root.ArkFingerprint))]),
        };
    }

    /// <summary>The same vendor with the two keys changed round: right names, wrong keys.</summary>
    internal static EmulatedAmdRoot OtherRoot(EmulatedProduct product) => new(product, s_keys.Value.Ask, s_keys.Value.Ark);

    /// <summary>The endorsement certificate with another signature by the right key over the same bytes.</summary>
    internal Scenario WithVekSignature(Func<RSA, byte[], byte[]> sign)
    {
        var reader = new AsnReader(Vek, AsnEncodingRules.DER);
        byte[] signedBytes = reader.ReadSequence().PeekEncodedValue().ToArray();
        return this with { Vek = [.. Vek[..^512], .. sign(s_keys.Value.Ask, signedBytes)] };
    }

    internal Verdict Judge() => SnpVerifier.Verify(
        new SnpEvidence { Report = Report, Vek = Vek, Ask = Ask, Ark = Ark, RevocationLists = RevocationLists }, Roots, Policy, At);

    /// <summary>The report with some bits of one byte changed, signed again by the chip.</summary>
    internal Scenario Resigned(int offset, int bits) => this with { Report = Chip.Sign(Bytes.Flip(Report, offset, bits)) };

    internal void AssertGenuine()
    {
        Verdict verdict = Judge();
        Assert.True(verdict is Verdict.Genuine, verdict is Verdict.Refused refused ? refused.Reason.ToString() : null);
    }

    internal RefusalReason AssertRefused(Refusal code)
    {
        Verdict.Refused refused = Assert.IsType<Verdict.Refused>(Judge());
        Assert.True(code == refused.Reason.Code, $"expected {code}, found {refused.Reason}");
        return refused.Reason;
    }
}
