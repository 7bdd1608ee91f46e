using System.Collections.Immutable;
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
public sealed class EvidenceDifferentialTests
{
    private const int Snp = 1;
    private const int Nvidia = 2;
    private const int NvidiaProduct = 4;
    private const int Report = 0;
    private const int GpuCertificates = 5;
    private const int FlipsOfARealReport = 30;
    private const int FlipsOfACertificate = 8;
    private const int SignedFlips = 600;

    /// <summary>Of how many changes under a right signature that are alike the contracts are asked.</summary>
    private const int SignedAlike = 40;
    private const int KeyInfo = 0x48;
    private const byte MaskChipKey = 2;
    private static readonly DateTimeOffset s_now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly string[] s_snpFiles = ["report", "vek", "ask", "ark"];
    private static readonly string s_emulated = Path.Combine(Repository.Root, "vectors", "evidence");
    private static readonly SnpPolicy s_snp = SnpPolicy.Baseline with { ChipId = ChipIdRule.Required, SigningKey = SigningKeyRule.VcekOnly };
    private readonly ContractComparison _comparison;
    private readonly Random _random = new(20_261_122);

    public EvidenceDifferentialTests(ITestOutputHelper output) => _comparison = new ContractComparison(output);

    [Fact(Timeout = 900_000)]
    public async Task Contracts_answerAsThisRoomToRealReports()
    {
        List<EvidenceBatch> batches = [];
        foreach (JsonElement vector in Entries(Vectors.Read("amd-snp/manifest.json")))
        {
            JsonElement files = vector.GetProperty("files");
            if (!files.TryGetProperty("report", out JsonElement report) || !vector.TryGetProperty("chain", out JsonElement issuers) || issuers.ValueKind != JsonValueKind.Array)
            {
                continue; // a certificate without a report
            }

            string[] chain = [.. issuers.EnumerateArray().Select(file => file.GetString()!)];
            byte[] bytes = Vectors.Read(report.GetString()!);
            if (bytes.Length != 1184)
            {
                continue; // wrapped: the contract takes bare reports, which this room unwraps
            }

            byte[][] pieces = [bytes, Vectors.Read(files.GetProperty("vek").GetString()!), Vectors.Read(chain[0]), Vectors.Read(chain[1])];
            batches.Add(Real(SnpBatch(TrustRoots.Production, pieces, vector.GetProperty("verify_time").GetDateTimeOffset())));
        }

        foreach (JsonElement vector in Entries(Vectors.Read("nvidia-gpu/manifest.json")))
        {
            JsonElement files = vector.GetProperty("files");
            byte[] report = Vectors.Read(files.GetProperty("evidence").GetString()!);
            Assert.True(NvidiaEvidence.TryReadCertificates(Vectors.Read(files.GetProperty("cert_chain").GetString()!), out ImmutableArray<ReadOnlyMemory<byte>> certificates, out _));
            if (certificates.Length != GpuCertificates)
            {
                continue;
            }

            (byte[] driver, byte[] vbios) = AsReported(report);
            byte[][] pieces = [report, .. certificates.Select(der => der.ToArray()), driver, vbios];
            batches.Add(Real(NvidiaBatch(TrustRoots.Production, pieces, default, default)));
        }

        Assert.True(batches.Count >= 28, $"{batches.Count} real reports");
        await CompareAsync(batches);
    }

    [Fact(Timeout = 900_000)]
    public async Task Contracts_answerAsThisRoomToEmulatedReportsThatAreSignedAgain()
    {
        byte[] devices = Emulated("devices/manifest.json");
        byte[] processors = Emulated("manifest.json");
        JsonElement vendors = JsonDocument.Parse(devices).RootElement.GetProperty("roots");
        JsonElement products = JsonDocument.Parse(processors).RootElement.GetProperty("roots");
        var roots = new TrustRoots(
            products.EnumerateObject().Select(root => new TrustRoot(Enum.Parse<SnpProduct>(root.Name), ByteString.FromHex(root.Value.GetString()!))),
            [],
            [ByteString.FromHex(vendors.GetProperty("nvidiaDevice").GetString()!)],
            [ByteString.FromHex(vendors.GetProperty("nvidiaReference").GetString()!)]);
        List<EvidenceBatch> batches = [];
        foreach (JsonElement vector in Entries(processors).Concat(Entries(devices)))
        {
            JsonElement files = vector.GetProperty("files");
            if (!files.TryGetProperty("report", out _))
            {
                continue; // of another platform
            }

            byte[][] snp = [.. s_snpFiles.Select(name => Emulated(files.GetProperty(name).GetString()!))];
            EvidenceBatch chip = SnpBatch(roots, snp, vector.GetProperty("verify_time").GetDateTimeOffset());
            chip.Add(_comparison);
            string scalar = Path.Combine(s_emulated, vector.GetProperty("id").GetString()!, "vcek-scalar.hex");
            if (vector.GetProperty("expected").GetProperty("verdict").GetString() == "genuine" && File.Exists(scalar))
            {
                AddSignedAgain(chip, scalar);
            }

            batches.Add(chip);
        }

        byte[] driverManifest = Emulated("devices/driver.xml");
        byte[] vbiosManifest = Emulated("devices/vbios.xml");
        Assert.True(NvidiaReference.TryVerify(driverManifest, roots, s_now, out NvidiaReference? driver, out _));
        Assert.True(NvidiaReference.TryVerify(vbiosManifest, roots, s_now, out NvidiaReference? vbios, out _));
        foreach (JsonElement vector in Entries(devices))
        {
            JsonElement files = vector.GetProperty("files");
            if (!files.TryGetProperty("cert_chain", out JsonElement path))
            {
                continue; // of another platform
            }

            Assert.True(NvidiaEvidence.TryReadCertificates(Emulated(path.GetString()!), out ImmutableArray<ReadOnlyMemory<byte>> certificates, out _));
            if (certificates.Length != GpuCertificates)
            {
                continue; // on chain a certificate that is left out is a parent that is not held
            }

            byte[][] pieces = [Emulated(files.GetProperty("evidence").GetString()!), .. certificates.Select(der => der.ToArray()), [.. driver.Values], [.. vbios.Values]];
            EvidenceBatch batch = NvidiaBatch(roots, pieces, driverManifest, vbiosManifest);
            batch.Add(_comparison);
            if (vector.GetProperty("id").GetString() == "h100")
            {
                AddGpuSignedAgain(batch);
            }

            batches.Add(batch);
        }

        await CompareAsync(batches);
    }

    /// <summary>Changes of what is signed, under a signature that is right.</summary>
    private void AddSignedAgain(EvidenceBatch batch, string scalar)
    {
        using ECDsa key = Key(scalar);
        for (int index = 0; index < SignedFlips; index++)
        {
            byte[] report = [.. batch.Pieces[Report]];
            int place = _random.Next(0x2a0);
            // A masked chip key is refused on chain whatever CHIP_ID says; here CHIP_ID decides.
            report[place] ^= (byte)(_random.Next(1, 256) & (place == KeyInfo ? ~MaskChipKey : 0xFF));
            byte[] signature = key.SignData(report.AsSpan(0, 0x2a0), HashAlgorithmName.SHA384);
            signature.AsSpan(0, 48).ToArray().Reverse().ToArray().CopyTo(report, 0x2a0);
            signature.AsSpan(48).ToArray().Reverse().ToArray().CopyTo(report, 0x2e8);
            batch.Add(Report, report, several: false, verdict => _comparison.Asks(batch.Platform, verdict, batch, SignedAlike));
        }
    }

    private void AddGpuSignedAgain(EvidenceBatch batch)
    {
        using ECDsa key = Key(Path.Combine(s_emulated, "devices", "h100", "attestation-scalar.hex"));
        for (int index = 0; index < SignedFlips; index++)
        {
            byte[] report = [.. batch.Pieces[Report]];
            int signed = report.Length - 96;
            // Every other change among the device's own fields, which are a tenth of the report.
            report[index % 2 == 0 ? _random.Next(signed) : _random.Next(3597, signed)] ^= (byte)_random.Next(1, 256);
            key.SignData(report.AsSpan(0, signed), HashAlgorithmName.SHA384).CopyTo(report, signed);
            batch.Add(Report, report, several: false, verdict => _comparison.Asks(batch.Platform, verdict, batch, SignedAlike));
        }
    }

    private static JsonElement.ArrayEnumerator Entries(byte[] manifest) => JsonDocument.Parse(manifest).RootElement.GetProperty("vectors").EnumerateArray();

    private static byte[] Emulated(string path) => File.ReadAllBytes(Path.Combine(s_emulated, path));

    private static ECDsa Key(string scalarFile) => ECDsa.Create(new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP384,
        D = Convert.FromHexString(File.ReadAllText(scalarFile).Trim()),
    });

    private static EvidenceBatch SnpBatch(TrustRoots roots, byte[][] pieces, DateTimeOffset at)
    {
        CertificateCache? cache = ContractComparison.NewCache();
        return new EvidenceBatch(
            Snp,
            roots.All.Select(root => ((int)root.Product, root.KeyFingerprint.Span.ToArray())),
            at,
            pieces,
            changed => SnpVerifier.Verify(
                new SnpEvidence { Report = changed[0], Vek = changed[1], Ask = changed[2], Ark = changed[3], RevocationLists = [] }, roots, s_snp, at, cache),
            changed => Keccak256.Hash(AbiCodec.Encode(
                "(bytes32,bytes32,bytes32,bytes32)",
                Keccak256.Hash(changed[0].AsSpan(0x1a0, 64)),
                Keccak256.Hash(changed[0].AsSpan(0x90, 48)),
                changed[0][0x50..0x70],
                changed[0][0x70..0x90])));
    }

    private static EvidenceBatch NvidiaBatch(TrustRoots roots, byte[][] pieces, ReadOnlyMemory<byte> driver, ReadOnlyMemory<byte> vbios)
    {
        CertificateCache? cache = ContractComparison.NewCache();
        NvidiaEvidence Evidence(byte[][] changed) => new()
        {
            Report = changed[0],
            Certificates = [.. changed.Skip(1).Take(5).Select(der => (ReadOnlyMemory<byte>)der)],
            DriverReference = driver,
            VbiosReference = vbios,
        };
        return new EvidenceBatch(
            Nvidia,
            roots.NvidiaDevice.Select(root => (NvidiaProduct, root.Span.ToArray())),
            s_now,
            pieces,
            changed => NvidiaVerifier.Verify(Evidence(changed), roots, NvidiaPolicy.Baseline, s_now, cache),
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
        batch.Add(_comparison);
        int certificates = batch.Pieces.Length == 4 ? 3 : 5;
        for (int piece = 0; piece <= certificates; piece++)
        {
            for (int index = 0; index < (piece == Report ? FlipsOfARealReport : FlipsOfACertificate); index++)
            {
                byte[] changed = [.. batch.Pieces[piece]];
                changed[_random.Next(changed.Length)] ^= (byte)_random.Next(1, 256);
                batch.Add(piece, changed, several: true, verdict => _comparison.Asks(batch.Platform, verdict, (batch, piece), 1));
            }

            foreach (byte[] length in (ReadOnlySpan<byte[]>)[batch.Pieces[piece][..^1], [.. batch.Pieces[piece], 0]])
            {
                batch.Add(piece, length, several: true, verdict => _comparison.Asks(batch.Platform, verdict, null, 0));
            }
        }

        return batch;
    }

    private Task CompareAsync(List<EvidenceBatch> batches) =>
        _comparison.RunAsync("EvidenceDifferentialTest", "AIT_EVIDENCE_CASES", batches.Select(batch => batch.Encode()));
}
