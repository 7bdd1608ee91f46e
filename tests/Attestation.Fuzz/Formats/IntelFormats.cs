using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Ait.Attestation.Dcap;
using Ait.Attestation.Fuzz.Mutating;

namespace Ait.Attestation.Fuzz.Formats;

/// <summary>Quotes of each version, the certificates in them, and what Intel publishes.</summary>
internal static class IntelFormats
{
    internal static FuzzFormat Quote(Corpus corpus, int version)
    {
        ImmutableArray<byte[]> quotes = [.. corpus.Files("quote.bin").Where(quote => BinaryPrimitives.ReadUInt16LittleEndian(quote) == version)];
        List<List<Segment>> seeds = [.. quotes.Select(Layouts.Quote)];
        DcapCollateral collateral = corpus.Collateral(version == 3 ? "sgx-v3" : "tdx-v4");
        return new FuzzFormat
        {
            Name = $"dcap-quote-v{version}",
            Make = chance => LayoutMutator.Mutate(seeds[chance.Below(seeds.Count)], chance),
            Read = input => DcapQuote.TryParse(input, out _, out _),
            Judge = (input, cache) => DcapVerifier.Verify(
                new DcapEvidence { Quote = input, Collateral = collateral }, corpus.Roots, DcapPolicy.Baseline, Corpus.Instant, cache),
            Sound = quotes,
            IsExact = false,
        };
    }

    /// <summary>The PCK path inside a quote, whose lengths follow.</summary>
    internal static FuzzFormat Certificates(Corpus corpus)
    {
        byte[] quote = corpus.File("devices/tdx-v4/quote.bin");
        List<Segment> layout = Layouts.Quote(quote);
        List<byte[]> path = corpus.PckCertificates();
        DcapCollateral collateral = corpus.Collateral();
        return new FuzzFormat
        {
            Name = "dcap-certificates",
            Make = chance => LayoutMutator.Join([.. layout[..^1], layout[^1] with { Content = PemMutator.Mutate(path, chance) }]),
            Read = input => DcapQuote.TryParse(input, out _, out _),
            Judge = (input, cache) => DcapVerifier.Verify(
                new DcapEvidence { Quote = input, Collateral = collateral }, corpus.Roots, DcapPolicy.Baseline, Corpus.Instant, cache),
            Sound = [quote],
            IsExact = false,
        };
    }

    /// <summary>A whole collateral file.</summary>
    internal static FuzzFormat Collateral(Corpus corpus)
    {
        List<List<string>> seeds = [.. corpus.Files("collateral.json").Select(TokenMutator.Json.Split)];
        byte[] quote = corpus.File("devices/tdx-v4/quote.bin");
        return new FuzzFormat
        {
            Name = "dcap-collateral",
            Make = chance => TokenMutator.Json.Mutate(seeds[chance.Below(seeds.Count)], chance),
            Read = input => DcapCollateral.TryParse(input, out _, out _),
            Judge = (input, cache) => Judge(quote, input, corpus, cache),
            Sound = [.. corpus.Files("collateral.json")],
            IsExact = false,
        };
    }

    internal static FuzzFormat TcbInfo(Corpus corpus) => SignedText("tcb-info", corpus, "tcb_info", input => CollateralJson.TryReadTcbInfo(input, out _, out _));

    internal static FuzzFormat QeIdentity(Corpus corpus) => SignedText("qe-identity", corpus, "qe_identity", input => CollateralJson.TryReadQeIdentity(input, out _, out _));

    private static FuzzFormat SignedText(string name, Corpus corpus, string field, Func<byte[], bool> read)
    {
        byte[] quote = corpus.File("devices/tdx-v4/quote.bin");
        byte[] collateral = corpus.File("devices/tdx-v4/collateral.json");
        List<byte[]> texts = [.. corpus.Files("collateral.json").Select(file => Corpus.Utf8(Corpus.Parse(file).GetProperty(field).GetString()!))]; // a text in each
        List<List<string>> seeds = [.. texts.Select(TokenMutator.Json.Split)];
        return new FuzzFormat
        {
            Name = name,
            Make = chance => TokenMutator.Json.Mutate(seeds[chance.Below(seeds.Count)], chance),
            Read = read,
            Judge = (input, cache) =>
            {
                JsonNode file = JsonNode.Parse(collateral)!; // an object
                file[field] = System.Text.Encoding.UTF8.GetString(input);
                return Judge(quote, Corpus.Utf8(file.ToJsonString()), corpus, cache);
            },
            Sound = [.. texts],
            IsExact = true,
        };
    }

    private static Verdict Judge(byte[] quote, byte[] collateral, Corpus corpus, CertificateCache? cache) =>
        DcapCollateral.TryParse(collateral, out DcapCollateral? parsed, out RefusalReason? refusal)
            ? DcapVerifier.Verify(new DcapEvidence { Quote = quote, Collateral = parsed }, corpus.Roots, DcapPolicy.Baseline, Corpus.Instant, cache)
            : new Verdict.Refused([refusal]);
}
