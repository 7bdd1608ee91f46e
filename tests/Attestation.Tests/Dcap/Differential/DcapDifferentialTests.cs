using System.Text.Json;
using Ait.Attestation.Dcap;
using Ait.Attestation.Tests.Differential;
using Ait.Emulation.Intel;

namespace Ait.Attestation.Tests.Dcap.Differential;

/// <summary>
/// One truth in two languages: what this room answers to real and emulated evidence, changed in one place at a time, the contracts
/// answer too. The answers are written down here and compared by contracts/test/evidence/dcap/DcapDifferential.t.sol.
/// </summary>
public sealed class DcapDifferentialTests
{
    private const int FlipsOfAQuote = 150;
    private const int FlipsOfAPiece = 15;
    private static readonly DateTimeOffset s_now = Scenario.Now;

    private static readonly string s_emulated = Path.Combine(Repository.Root, "vectors", "evidence");

    private static readonly DcapPolicy s_strict = DcapPolicy.Baseline with { SeptVeDisable = SeptVeDisableRule.MustBeSet };

    private static readonly DcapPolicy s_lenient = s_strict with
    {
        AcceptedStatuses = [.. Enum.GetValues<DcapTcbStatus>().Where(status => status != DcapTcbStatus.Revoked)],
    };

    private readonly ContractComparison _comparison;
    private readonly Random _random = new(20_260_101);

    public DcapDifferentialTests(ITestOutputHelper output) => _comparison = new ContractComparison(output);

    [Fact(Timeout = 900_000)]
    public async Task Contracts_answerAsThisRoomToRealQuotes()
    {
        List<DcapBatch> batches = [];
        foreach (JsonElement vector in JsonDocument.Parse(Vectors.Read("intel-dcap/manifest.json")).RootElement.GetProperty("vectors").EnumerateArray())
        {
            JsonElement files = vector.GetProperty("files");
            if (!files.TryGetProperty("collateral", out JsonElement collateral))
            {
                continue; // without collateral there is nothing to judge by
            }

            var pieces = DcapPieces.Split(Vectors.Read(files.GetProperty("quote").GetString()!), Vectors.Read(collateral.GetString()!));
            DateTimeOffset at = vector.GetProperty("verify_time").GetDateTimeOffset();
            batches.Add(Judge(new DcapBatch(pieces, Convert.FromHexString(ProductionRoot)), at));
        }

        await CompareAsync(batches);
    }

    [Fact(Timeout = 900_000)]
    public async Task Contracts_answerAsThisRoomToEmulatedQuotes()
    {
        using var vendor = new EmulatedIntelVendor(s_now.AddYears(-1));
        List<DcapBatch> batches = [];
        foreach (bool processor in (ReadOnlySpan<bool>)[false, true])
        {
            using var platform = EmulatedIntelPlatform.Generate(vendor, s_now.AddYears(-1), 4 + (processor ? 100 : 0), processor);
            foreach ((EmulatedQuote quote, EmulatedCollateral collateral) in Facts(processor))
            {
                var batch = new DcapBatch(DcapPieces.Split(platform.Quote(quote), vendor.Collateral(collateral)), vendor.RootFingerprint);
                Keep(batch, DcapChange.None, s_strict, s_now);
                bool sound = Keep(batch, DcapChange.None, s_lenient, s_now);
                Keep(batch, DcapChange.None, s_lenient with { MinimumEvaluationNumber = 18 }, s_now, several: !sound);
                batches.Add(batch);
            }

            foreach (EmulatedQuote quote in (ReadOnlySpan<EmulatedQuote>)[new() { Version = 5, BodyType = 3 }, new() { Version = 3, Tdx = false, Measurement = new byte[32] }])
            {
                EmulatedCollateral collateral = Published(processor, quote.Tdx);
                batches.Add(Judge(new DcapBatch(DcapPieces.Split(platform.Quote(quote), vendor.Collateral(collateral)), vendor.RootFingerprint), s_now));
            }
        }

        JsonElement manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(s_emulated, "devices", "manifest.json"))).RootElement;
        byte[] root = Convert.FromHexString(manifest.GetProperty("roots").GetProperty("intel").GetString()!);
        foreach (JsonElement vector in manifest.GetProperty("vectors").EnumerateArray())
        {
            JsonElement files = vector.GetProperty("files");
            if (!files.TryGetProperty("quote", out JsonElement quote))
            {
                continue; // of another platform
            }

            byte[] Read(JsonElement file) => File.ReadAllBytes(Path.Combine(s_emulated, file.GetString()!));
            var device = new DcapBatch(DcapPieces.Split(Read(quote), Read(files.GetProperty("collateral"))), root);
            DateTimeOffset at = vector.GetProperty("verify_time").GetDateTimeOffset();
            Keep(device, DcapChange.None, s_strict, at);
            Keep(device, DcapChange.None, s_lenient, at);
            batches.Add(device);
        }

        await CompareAsync(batches);
    }

    private static string ProductionRoot => "3cdf1feb4e5eac629170f17625648da4a16effa22ae2bcca030b4358a8961c1bf26cf54a9598cd6a2d4a9cbb62377d22";

    private static EmulatedCollateral Published(bool processor, bool tdx) => new()
    {
        IssueDate = s_now.AddDays(-10),
        NextUpdate = s_now.AddDays(20),
        ProcessorAuthority = processor,
        TcbId = tdx ? "TDX" : "SGX",
        QeId = tdx ? "TD_QE" : "QE",
    };

    /// <summary>Well signed evidence in which one fact after the other is another.</summary>
    private static IEnumerable<(EmulatedQuote Quote, EmulatedCollateral Collateral)> Facts(bool processor)
    {
        EmulatedCollateral published = Published(processor, tdx: true);
        EmulatedCollateral enclaves = Published(processor, tdx: false);
        var enclave = new EmulatedQuote { Version = 3, Tdx = false, Measurement = new byte[32], Attributes = 4 };
        string[] statuses = [.. Enum.GetNames<DcapTcbStatus>().Where(name => !name.StartsWith("TD", StringComparison.Ordinal))];
        foreach (int version in new[] { 4, 5 })
        {
            yield return (new EmulatedQuote { Version = version }, published);
            yield return (enclave with { Version = version }, enclaves);
        }

        foreach (string platform in statuses)
        {
            yield return (enclave, enclaves with { PlatformStatus = platform });
            yield return (enclave, enclaves with { PlatformStatus = platform, QeStatus = "OutOfDate" });
            // One authority's quotes meet every pair of statuses, the other's only equal ones: who signed a key's certificate has no say in it.
            foreach (string module in processor && !ContractComparison.AsksAll ? [platform] : statuses)
            {
                yield return (new EmulatedQuote(), published with { PlatformStatus = platform, ModuleStatus = module });
                yield return (new EmulatedQuote { Version = 5, BodyType = 3 }, published with { PlatformStatus = platform, QeStatus = module });
            }
        }

        EmulatedQuote[] quotes =
        [
            new() { KeyType = 3 }, new() { Version = 6 }, new() { Version = 2 }, new() { TeeType = 1 }, new() { ForeignVendor = true }, new() { Padding = 99 },
            new() { Attributes = 0 }, new() { Attributes = (1ul << 28) | 1 }, new() { Attributes = (1ul << 28) | 0x40 }, new() { Attributes = 1ul << 63 | 1ul << 28 },
            new() { Version = 5, BodyType = 1 }, new() { Version = 5, BodyType = 4 }, new() { Version = 5, BodyType = 3, MrServiceTd = [.. new byte[47], 1] },
            new() { BreaksBinding = true }, new() { QeIsvSvn = 3 }, new() { QeIsvProdId = 7 }, new() { QeMrSigner = 1 }, new() { QeMiscSelect = 1 }, new() { QeAttributes = 0x13 },
            new() { QeAttributes = 0x15 }, new() { MrSignerSeam = [.. new byte[47], 1] }, new() { MrSignerSeam = [1, .. new byte[47]] }, new() { SeamAttributes = [.. new byte[7], 1] },
            new() { TeeTcbSvn = [4, 1, 2, .. new byte[13]] }, new() { TeeTcbSvn = [5, 2, 2, .. new byte[13]] }, new() { TeeTcbSvn = [5, 1, 1, .. new byte[13]] },
            new() { TeeTcbSvn = [5, 0, 2, .. new byte[13]] }, new() { TeeTcbSvn = [4, 0, 2, .. new byte[13]] }, new() { TeeTcbSvn = [255, 1, 255, .. new byte[13]] },
            new() { Version = 5, BodyType = 3, CurrentTeeTcbSvn = [4, 1, 2, .. new byte[13]] }, new() { Version = 5, BodyType = 3, CurrentTeeTcbSvn = [9, 1, 9, .. new byte[13]] },
        ];
        foreach (EmulatedQuote quote in quotes)
        {
            yield return (quote, published);
        }

        yield return (enclave with { Attributes = 6 }, enclaves);
        yield return (enclave with { QeIsvSvn = 3 }, enclaves);
        yield return (enclave, published);
        yield return (new EmulatedQuote(), enclaves);
        EmulatedCollateral[] others =
        [
            published with { Fmspc = "90C06F000001" }, published with { Fmspc = "90c06f000000" }, published with { PceId = "0001" }, published with { SgxSvn = 6 },
            published with { PceSvn = 14 }, published with { TdxSvn = [9, 9, 2, .. new int[13]] }, published with { TdxSvn = [.. new int[15], 1] }, published with { QeIsvSvn = 5 },
            published with { ModuleIsvSvn = 6 }, published with { EvaluationNumber = 16 }, published with { EvaluationNumber = 18 }, published with { PlatformStatus = "Splendid" },
            published with { QeStatus = "uptodate" }, published with { ModuleStatus = "1" }, published with { RevokedByRoot = [EmulatedIntelVendor.SigningSerial] },
            published with { RevokedByRoot = [EmulatedIntelVendor.PlatformAuthoritySerial, EmulatedIntelVendor.ProcessorAuthoritySerial] },
            published with { RevokedByAuthority = [77, 4, 104] }, published with { RevokedByAuthority = [77] }, published with { SgxSvn = 255 }, published with { SgxSvn = 0, PceSvn = 0 },
        ];
        foreach (EmulatedCollateral collateral in others)
        {
            yield return (new EmulatedQuote(), collateral);
        }
    }

    /// <summary>No change, other times, and changes of every piece.</summary>
    private DcapBatch Judge(DcapBatch batch, DateTimeOffset at)
    {
        Keep(batch, DcapChange.None, s_lenient, at);
        Keep(batch, DcapChange.None, s_strict, at);
        foreach (int days in (ReadOnlySpan<int>)[-4000, -60, 60, 4000, 12_000])
        {
            Keep(batch, DcapChange.None, s_lenient, at.AddDays(days), several: true);
        }

        int end = batch.Pieces.AuthenticationEnd;
        for (int index = 0; index < FlipsOfAQuote; index++)
        {
            // The type and length behind the authentication data belong to the quote, the certificates behind them are pieces of their own.
            Keep(batch, Flip(DcapPieces.Quote, end + 6, 255), s_lenient, at);
        }

        foreach (int length in (ReadOnlySpan<int>)[0, 1, 47, 48, 200, 600, end - 1, end + 1, end + 6])
        {
            Keep(batch, new DcapChange(DcapPieces.Quote, DcapChangeKind.Cut, length, 0), s_lenient, at);
        }

        for (int piece = 0; piece < DcapPieces.Quote; piece++)
        {
            int length = batch.Pieces.Items[piece].Length;
            // Text stays text.
            int most = piece is DcapPieces.TcbInfo or DcapPieces.QeIdentity ? 127 : 255;
            for (int index = 0; index < FlipsOfAPiece; index++)
            {
                Keep(batch, Flip(piece, length, most), s_lenient, at);
            }

            Keep(batch, new DcapChange(piece, DcapChangeKind.Cut, _random.Next(1, length), 0), s_lenient, at);
        }

        return batch;
    }

    private DcapChange Flip(int piece, int length, int most) => new(piece, DcapChangeKind.Flip, _random.Next(length), (byte)_random.Next(1, most + 1));

    private bool Keep(DcapBatch batch, DcapChange change, DcapPolicy policy, DateTimeOffset at, bool several = false) =>
        batch.Add(change, policy, at, several, _comparison) is Verdict.Genuine;

    private Task CompareAsync(List<DcapBatch> batches) =>
        _comparison.RunAsync("DcapDifferentialTest", "AIT_DCAP_CASES", batches.Select(batch => batch.Encode()));
}
