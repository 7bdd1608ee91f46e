using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ait.Attestation.Nvidia;
using Ait.Attestation.SevSnp;
using Ait.Chain;
using Ait.Chain.Abi;

namespace Ait.Attestation.Tests.Differential;

/// <summary>
/// One truth in two languages: what this room answers to reports of processors and GPUs, real and emulated, changed in one place at a
/// time, the contracts answer too. The answers are written down here and compared by contracts/test/evidence/Differential.t.sol.
/// </summary>
public sealed class EvidenceDifferentialTests(ITestOutputHelper output)
{
    private const int Snp = 1;
    private const int Nvidia = 2;
    private const int NvidiaProduct = 4;
    private const int Report = 0;
    private const int FlipsOfARealReport = 30;
    private const int FlipsOfACertificate = 8;
    private const int SignedFlips = 600;
    private const int KeyInfo = 0x48;
    private const byte MaskChipKey = 2;
    private static readonly DateTimeOffset s_now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly string s_emulated = Path.Combine(Repository.Root, "vectors", "evidence");
    private static readonly SnpPolicy s_snp = SnpPolicy.Baseline with { ChipId = ChipIdRule.Required, SigningKey = SigningKeyRule.VcekOnly };
    private readonly SortedDictionary<string, int> _verdicts = new(StringComparer.Ordinal);
    private readonly Random _random = new(20_261_122);

    [Fact(Timeout = 900_000)]
    public async Task Contracts_answerAsThisRoomToRealReports()
    {
        List<EvidenceBatch> batches = [];
        foreach (JsonElement vector in Entries(Vectors.Read("amd-snp/manifest.json")))
        {
            JsonElement files = vector.GetProperty("files");
            if (!files.TryGetProperty("report", out JsonElement report) || !Enum.TryParse(vector.GetProperty("product").GetString(), out SnpProduct product))
            {
                continue; // a certificate without a report
            }

            string[] chain = [.. vector.GetProperty("chain").EnumerateArray().Select(file => file.GetString()!)];
            byte[] bytes = Vectors.Read(report.GetString()!);
            if (bytes.Length != 1184)
            {
                continue; // wrapped: the contract takes bare reports, which this room unwraps
            }

            byte[][] pieces = [bytes, Vectors.Read(files.GetProperty("vek").GetString()!), Vectors.Read(chain[0]), Vectors.Read(chain[1])];
            byte[] root = TrustRoots.Production.All.Single(pinned => pinned.Product == product).KeyFingerprint.Span.ToArray();
            batches.Add(Real(SnpBatch(product, root, TrustRoots.Production, pieces)));
        }

        foreach (JsonElement vector in Entries(Vectors.Read("nvidia-gpu/manifest.json")))
        {
            JsonElement files = vector.GetProperty("files");
            byte[] report = Vectors.Read(files.GetProperty("evidence").GetString()!);
            Assert.True(NvidiaEvidence.TryReadCertificates(Vectors.Read(files.GetProperty("cert_chain").GetString()!), out ImmutableArray<ReadOnlyMemory<byte>> certificates, out _));
            if (certificates.Length != 5)
            {
                continue;
            }

            (byte[] driver, byte[] vbios) = AsReported(report);
            byte[][] pieces = [report, .. certificates.Select(der => der.ToArray()), driver, vbios];
            byte[] root = TrustRoots.Production.NvidiaDevice[0].Span.ToArray();
            batches.Add(Real(NvidiaBatch(root, TrustRoots.Production, pieces, default, default)));
        }

        Assert.True(batches.Count >= 28, $"{batches.Count} real reports");
        await CompareAsync(batches);
    }

    [Fact(Timeout = 900_000)]
    public async Task Contracts_answerAsThisRoomToEmulatedReportsThatAreSignedAgain()
    {
        JsonElement manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(s_emulated, "devices", "manifest.json"))).RootElement;
        byte[] Root(string name) => Convert.FromHexString(manifest.GetProperty("roots").GetProperty(name).GetString()!);
        var roots = new TrustRoots(
            [new TrustRoot(SnpProduct.Genoa, new ByteString(Root("Genoa")))], [], [new ByteString(Root("nvidiaDevice"))], [new ByteString(Root("nvidiaReference"))]);
        List<EvidenceBatch> batches = [];

        byte[][] snp = [Emulated("genoa-v3/report.bin"), Emulated("genoa-v3/vcek.der"), Emulated("genoa-v3/ask.der"), Emulated("genoa-v3/ark.der")];
        EvidenceBatch chip = SnpBatch(SnpProduct.Genoa, Root("Genoa"), roots, snp);
        using (ECDsa key = Key("genoa-v3/vcek-scalar.hex"))
        {
            Keep(chip.Add());
            for (int index = 0; index < SignedFlips; index++)
            {
                byte[] report = [.. snp[Report]];
                int place = _random.Next(0x2a0);
                // A masked chip key is refused on chain whatever CHIP_ID says; here CHIP_ID decides.
                report[place] ^= (byte)(_random.Next(1, 256) & (place == KeyInfo ? ~MaskChipKey : 0xFF));
                byte[] signature = key.SignData(report.AsSpan(0, 0x2a0), HashAlgorithmName.SHA384);
                signature.AsSpan(0, 48).ToArray().Reverse().ToArray().CopyTo(report, 0x2a0);
                signature.AsSpan(48).ToArray().Reverse().ToArray().CopyTo(report, 0x2e8);
                Keep(chip.Add(Report, report, several: false));
            }
        }

        batches.Add(chip);
        byte[] driverManifest = Emulated("devices/driver.xml");
        byte[] vbiosManifest = Emulated("devices/vbios.xml");
        Assert.True(NvidiaReference.TryVerify(driverManifest, roots, s_now, out NvidiaReference? driver, out _));
        Assert.True(NvidiaReference.TryVerify(vbiosManifest, roots, s_now, out NvidiaReference? vbios, out _));
        foreach (JsonElement vector in Entries(File.ReadAllBytes(Path.Combine(s_emulated, "devices", "manifest.json"))))
        {
            if (vector.GetProperty("platform").GetString() != "nvidia-gpu")
            {
                continue;
            }

            string id = vector.GetProperty("id").GetString()!;
            byte[][] chain = [.. Enumerable.Range(0, 5).Select(place => $"devices/{id}/certificate-{place}.der").Where(file => File.Exists(Path.Combine(s_emulated, file))).Select(Emulated)];
            if (chain.Length != 5)
            {
                continue; // on chain a certificate that is left out is a parent that is not held
            }

            byte[][] pieces = [Emulated($"devices/{id}/evidence.bin"), .. chain, [.. driver.Values], [.. vbios.Values]];
            EvidenceBatch batch = NvidiaBatch(Root("nvidiaDevice"), roots, pieces, driverManifest, vbiosManifest);
            Keep(batch.Add());
            if (id == "h100")
            {
                using ECDsa key = Key("devices/h100/attestation-scalar.hex");
                for (int index = 0; index < SignedFlips; index++)
                {
                    byte[] report = [.. pieces[Report]];
                    int signed = report.Length - 96;
                    // Every other change among the device's own fields, which are a tenth of the report.
                    report[index % 2 == 0 ? _random.Next(signed) : _random.Next(3597, signed)] ^= (byte)_random.Next(1, 256);
                    key.SignData(report.AsSpan(0, signed), HashAlgorithmName.SHA384).CopyTo(report, signed);
                    Keep(batch.Add(Report, report, several: false));
                }
            }

            batches.Add(batch);
        }

        await CompareAsync(batches);
    }

    private static JsonElement.ArrayEnumerator Entries(byte[] manifest) => JsonDocument.Parse(manifest).RootElement.GetProperty("vectors").EnumerateArray();

    private static byte[] Emulated(string path) => File.ReadAllBytes(Path.Combine(s_emulated, path));

    private static ECDsa Key(string scalarFile) => ECDsa.Create(new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP384,
        D = Convert.FromHexString(File.ReadAllText(Path.Combine(s_emulated, scalarFile)).Trim()),
    });

    private static EvidenceBatch SnpBatch(SnpProduct product, byte[] root, TrustRoots roots, byte[][] pieces) => new(
        Snp,
        1 + (int)product,
        root,
        s_now,
        pieces,
        changed => SnpVerifier.Verify(
            new SnpEvidence { Report = changed[0], Vek = changed[1], Ask = changed[2], Ark = changed[3], RevocationLists = [] }, roots, s_snp, s_now),
        changed => Keccak256.Hash(AbiCodec.Encode(
            "(bytes32,bytes32,bytes32,bytes32)",
            Keccak256.Hash(changed[0].AsSpan(0x1a0, 64)),
            Keccak256.Hash(changed[0].AsSpan(0x90, 48)),
            changed[0][0x50..0x70],
            changed[0][0x70..0x90])));

    private static EvidenceBatch NvidiaBatch(byte[] root, TrustRoots roots, byte[][] pieces, ReadOnlyMemory<byte> driver, ReadOnlyMemory<byte> vbios)
    {
        NvidiaEvidence Evidence(byte[][] changed) => new()
        {
            Report = changed[0],
            Certificates = [.. changed.Skip(1).Take(5).Select(der => (ReadOnlyMemory<byte>)der)],
            DriverReference = driver,
            VbiosReference = vbios,
        };
        return new EvidenceBatch(
            Nvidia,
            NvidiaProduct,
            root,
            s_now,
            pieces,
            changed => NvidiaVerifier.Verify(Evidence(changed), roots, NvidiaPolicy.Baseline, s_now),
            changed =>
            {
                Assert.True(NvidiaReport.TryRead(Evidence(changed), out NvidiaReport? read, out RefusalReason? refusal), $"{refusal}");
                return Keccak256.Hash(AbiCodec.Encode(
                    "(bytes32,bytes32,bytes32,bytes32)",
                    Keccak256.Hash(read.DeviceKey.Span),
                    read.Nonce.Span.ToArray(),
                    Keccak256.Hash(Encoding.ASCII.GetBytes(read.DriverVersion)),
                    Keccak256.Hash(Convert.FromHexString(read.VbiosVersion.Replace(".", string.Empty, StringComparison.Ordinal)))));
            });
    }

    /// <summary>References that admit a report as it is: indices 0 to 31 as the VBIOS's, the rest as the driver's.</summary>
    private static (byte[] Driver, byte[] Vbios) AsReported(byte[] report)
    {
        List<byte> driver = [];
        List<byte> vbios = [];
        for (int index = 0; index < Math.Min(report[41], (byte)64); index++)
        {
            (index < 32 ? vbios : driver).AddRange([(byte)index, 1, .. report.AsSpan(45 + (55 * index) + 7, 48)]);
        }

        return ([.. driver], [.. vbios]);
    }

    /// <summary>The report as it is, with bytes of it flipped, and with bytes of each certificate flipped.</summary>
    private EvidenceBatch Real(EvidenceBatch batch)
    {
        Keep(batch.Add());
        int certificates = batch.Pieces.Length == 4 ? 3 : 5;
        for (int piece = 0; piece <= certificates; piece++)
        {
            for (int index = 0; index < (piece == Report ? FlipsOfARealReport : FlipsOfACertificate); index++)
            {
                byte[] changed = [.. batch.Pieces[piece]];
                changed[_random.Next(changed.Length)] ^= (byte)_random.Next(1, 256);
                Keep(batch.Add(piece, changed, several: true));
            }

            Keep(batch.Add(piece, batch.Pieces[piece][..^1], several: true));
            Keep(batch.Add(piece, [.. batch.Pieces[piece], 0], several: true));
        }

        return batch;
    }

    private void Keep(Verdict verdict)
    {
        string name = verdict is Verdict.Refused refused ? $"{refused.Reasons[0].Code}" : "genuine";
        _verdicts[name] = _verdicts.GetValueOrDefault(name) + 1;
    }

    private async Task CompareAsync(List<EvidenceBatch> batches)
    {
        string contracts = Path.Combine(Repository.Root, "contracts");
        string forge = Path.Combine(contracts, "node_modules", "@foundry-rs", "forge-linux-amd64", "bin", "forge");
        Assert.SkipUnless(File.Exists(forge), "no forge in contracts/node_modules (tests/prepare-contracts): the contracts were NOT compared");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("ait-evidence-cases-");
        try
        {
            for (int index = 0; index < batches.Count; index++)
            {
                string name = string.Create(CultureInfo.InvariantCulture, $"{index}.bin");
                await File.WriteAllBytesAsync(Path.Combine(folder.FullName, name), batches[index].Encode(), TestContext.Current.CancellationToken);
            }

            await RunForgeAsync(forge, contracts, folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        foreach ((string verdict, int count) in _verdicts)
        {
            output.WriteLine($"{verdict,-28} {count,5}");
        }

        output.WriteLine($"{"cases",-28} {batches.Sum(batch => batch.Count),5}   both verifiers agree on every one");
    }

    private static async Task RunForgeAsync(string forge, string contracts, string folder)
    {
        var start = new ProcessStartInfo(forge, ["test", "--match-contract", "EvidenceDifferentialTest", "--gas-limit", "1000000000000000", "--memory-limit", "1073741824"])
        {
            WorkingDirectory = contracts,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["AIT_EVIDENCE_CASES"] = folder },
        };
        using Process process = Process.Start(start) ?? throw new InvalidOperationException(forge);
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string answer = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0 && answer.Contains("1 passed", StringComparison.Ordinal), answer + await errors);
    }
}
