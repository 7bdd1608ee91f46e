using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ait.Attestation;
using Ait.Attestation.Dcap;
using Ait.Attestation.Nvidia;
using Ait.Attestation.SevSnp;
using Ait.Emulation.Amd;
using Ait.Emulation.Commands;
using Ait.Emulation.Hosts;

namespace Ait.Emulation.Tests;

/// <summary>The process boundary: what a miner starts, and what it reads.</summary>
public sealed class CommandLineTests : IDisposable
{
    private static readonly TimeProvider s_clock = TimeProvider.System;

    private readonly string _folder = Directory.CreateTempSubdirectory("ait-emulation-").FullName;

    [Fact]
    public void Run_servesAHostFromRootToEvidence()
    {
        var texts = new string[3];
        Parallel.For(0, texts.Length, index => texts[index] = Json("init", "--root", _folder).GetRawText());
        JsonElement created = Json("init", "--root", _folder);
        Assert.All(texts, text => Assert.Equal(created.GetRawText(), text));
        Assert.Equal(created.GetRawText(), Json("root", "--root", _folder).GetRawText());

        JsonElement host = Json("host", "--root", _folder, "--host", "one", "--gpu", "H100", "--gpu", "MI300X");
        Assert.Equal(host.GetRawText(), Json("host", "--root", _folder, "--host", "one", "--gpu", "H100", "--gpu", "MI300X").GetRawText());
        JsonElement gpus = Json("gpus", "--root", _folder, "--host", "one");
        Assert.Equal(["H100", "MI300X"], gpus.EnumerateArray().Select(gpu => gpu.GetProperty("class").GetString()));
        Assert.All(gpus.EnumerateArray(), gpu => Assert.Equal(34, gpu.GetProperty("uuid").GetString()!.Length));
        Assert.Equal([true, false], gpus.EnumerateArray().Select(gpu => gpu.TryGetProperty("deviceKey", out _)));
        Assert.True(host.GetProperty("emulated").GetBoolean());

        string data = string.Concat(Enumerable.Repeat("ab", 64));
        string measurement = string.Concat(Enumerable.Repeat("cd", 48));
        JsonElement evidence = Json("evidence", "--root", _folder, "--host", "one", "--report-data", data, "--measurement", "0x" + measurement);
        Assert.Equal(["report", "vcek", "ask", "ark"], evidence.EnumerateObject().Select(member => member.Name));
        var roots = new TrustRoots([new TrustRoot(SnpProduct.Genoa, ByteString.FromHex(created.GetProperty("arkSpkiSha384").GetString()!))]);
        SnpPolicy policy = SnpPolicy.ForDevice(ByteString.FromHex(data), [ByteString.FromHex(measurement)], TcbFloors.AnyVersion);
        Verdict verdict = SnpVerifier.Verify(
            new SnpEvidence
            {
                Report = Bytes(evidence, "report"),
                Vek = Bytes(evidence, "vcek"),
                Ask = Bytes(evidence, "ask"),
                Ark = Bytes(evidence, "ark"),
                RevocationLists = [],
            },
            roots, policy, TimeProvider.System.GetUtcNow());
        Assert.Equal(ByteString.FromHex(host.GetProperty("chipId").GetString()!), Assert.IsType<Verdict.Genuine>(verdict).Facts.ChipId);
    }

    [Theory]
    [InlineData("snp")]
    [InlineData("tdx")]
    [InlineData("sgx")]
    public void Run_bindsAHostAndItsGpuToEachOther(string tee)
    {
        _ = Json("host", "--root", _folder, "--host", "two", "--tee", tee, "--gpu", "A100", "--gpu", "H100");
        string binding = string.Concat(Enumerable.Repeat("5a", 32));
        string measurement = string.Concat(Enumerable.Repeat("cd", tee == "sgx" ? 32 : 48));
        JsonElement evidence = Json("evidence", "--root", _folder, "--host", "two", "--binding", binding, "--measurement", measurement, "--gpu", "1");
        JsonElement gpu = Assert.Single(evidence.GetProperty("gpus").EnumerateArray());
        byte[] spdm = [.. Bytes(gpu, "request").Span, .. Bytes(gpu, "response").Span];
        byte[] reportData = [.. Convert.FromHexString(binding), .. SHA256.HashData(spdm)];
        Assert.Equal(new ByteString(reportData), new ByteString(Bytes(evidence, "reportData").Span));

        Verdict host = Judge(tee, evidence);
        Assert.Equal(new ByteString(reportData), Genuine(host).ReportData);
        Assert.Equal(ByteString.FromHex(measurement), Genuine(host).Measurement);
        Verdict device = NvidiaVerifier.Verify(Gpu(gpu), Roots(), NvidiaPolicy.ForDevice(ByteString.FromHex(binding)), s_clock.GetUtcNow());
        JsonElement listed = Json("gpus", "--root", _folder, "--host", "two").EnumerateArray().Last();
        Assert.Equal(new ByteString(SHA384.HashData(Bytes(listed, "deviceKey").Span)), Genuine(device).ChipId);
    }

    [Fact]
    public void Run_asksGpusOverTheNonceItIsGiven()
    {
        _ = Json("host", "--root", _folder, "--host", "three", "--tee", "tdx", "--gpu", "H100", "--gpu", "H100");
        string data = string.Concat(Enumerable.Repeat("ab", 64));
        string nonce = string.Concat(Enumerable.Repeat("77", 32));
        JsonElement evidence = Json(
            "evidence", "--root", _folder, "--host", "three", "--report-data", data, "--measurement", new string('0', 96),
            "--gpu", "0", "--gpu", "1", "--gpu-nonce", nonce, "--version", "5");
        Assert.Equal(ByteString.FromHex(data), Genuine(Judge("tdx", evidence)).ReportData);
        NvidiaEvidence[] gpus = [.. evidence.GetProperty("gpus").EnumerateArray().Select(Gpu)];
        NvidiaFacts facts = Assert.IsType<NvidiaFacts>(Genuine(
            NvidiaVerifier.Verify([.. gpus], Roots(), NvidiaPolicy.ForDevice(ByteString.FromHex(nonce)), s_clock.GetUtcNow())));
        Assert.Equal(2, facts.Devices.Distinct().Count());
    }

    [Fact]
    public void Run_publishesCollateralThatIsCurrent()
    {
        _ = Json("host", "--root", _folder, "--host", "four", "--gpu", "H100");
        JsonElement snp = Json("collateral", "--root", _folder, "--host", "four");
        JsonElement evidence = Json("evidence", "--root", _folder, "--host", "four", "--binding", new string('1', 64), "--measurement", new string('0', 96), "--gpu", "0");
        SnpPolicy listed = SnpPolicy.Baseline with { Revocation = RevocationRule.Required };
        Verdict verdict = SnpVerifier.Verify(Snp(evidence, [Bytes(snp, "crl")]), Roots(), listed, s_clock.GetUtcNow());
        Assert.IsType<Verdict.Genuine>(verdict);
        var lists = snp.GetProperty("gpuCrls").EnumerateArray().Select(list => (ReadOnlyMemory<byte>)Convert.FromHexString(list.GetString()!.AsSpan(2))).ToImmutableArray();
        NvidiaEvidence gpu = Gpu(evidence.GetProperty("gpus")[0]);
        var listing = new NvidiaEvidence
        {
            Report = gpu.Report,
            Certificates = gpu.Certificates,
            DriverReference = Bytes(snp, "driverReference"),
            VbiosReference = Bytes(snp, "vbiosReference"),
            RevocationLists = lists,
        };
        NvidiaPolicy policy = NvidiaPolicy.Baseline with { Revocation = RevocationRule.Required, References = ReferenceRule.Required };
        Assert.IsType<Verdict.Genuine>(NvidiaVerifier.Verify(listing, Roots(), policy, s_clock.GetUtcNow()));
        Assert.Equal(HexText(Json("root", "--root", _folder, "--vendor", "nvidia"), "deviceRootDer"), HexText(evidence.GetProperty("gpus")[0].GetProperty("certificates")[4]));
    }

    [Theory]
    [InlineData("evidence --root ROOT --host absent --report-data 00 --measurement 00", "64 bytes")]
    [InlineData("gpus --root ROOT --host absent", "does not exist")]
    [InlineData("gpus --root ROOT --host ../escape", "host name")]
    [InlineData("root --root ROOT", "no Genoa root")]
    [InlineData("host --root ROOT --host one --gpu TPU", "GPU class")]
    [InlineData("host --root ROOT --host one --product Rome", "Milan, Genoa, Turin")]
    [InlineData("gpus --root ROOT", "--host is required")]
    [InlineData("gpus --root ROOT --root ROOT --host one", "more than once")]
    [InlineData("gpus --root ROOT --host", "lacks its value")]
    [InlineData("gpus --root ROOT --colour red", "Unknown option")]
    [InlineData("paint", "Unknown command")]
    [InlineData("root --root ROOT --vendor intel", "no Intel root")]
    [InlineData("root --root ROOT --vendor nvidia", "no NVIDIA root")]
    [InlineData("init --root ROOT --vendor intel --product Milan", "for AMD only")]
    [InlineData("host --root ROOT --host one --tee trustzone", "Snp, Tdx, Sgx")]
    [InlineData("host --root ROOT --host one --tee tdx --product Milan", "for SNP only")]
    [InlineData("evidence --root ROOT --host absent --measurement 00", "either --report-data")]
    public void Run_refusesWithOneSentence(string line, string words)
    {
        using StringWriter output = new(), error = new();
        int status = CommandLine.Run([.. line.Split(' ').Select(word => word == "ROOT" ? _folder : word)], output, error, TimeProvider.System);
        Assert.NotEqual(0, status);
        Assert.Empty(output.ToString());
        Assert.Contains(words, error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--gpu 0", "signs no evidence")]
    [InlineData("--gpu 2", "none at place 2")]
    [InlineData("--gpu -1", "a number from 0")]
    [InlineData("--vmpl 1", "for SNP only")]
    [InlineData("--version 3", "a number from 4 to 5")]
    public void Run_refusesWhatTheHostCannotDo(string line, string words)
    {
        _ = Json("host", "--root", _folder, "--host", "five", "--tee", "tdx", "--gpu", "L40S", "--gpu", "H100");
        string[] arguments =
        [
            "evidence", "--root", _folder, "--host", "five", "--binding", new string('1', 64), "--measurement", new string('0', 96), .. line.Split(' '),
        ];
        using StringWriter output = new(), error = new();
        Assert.Equal(2, CommandLine.Run(arguments, output, error, TimeProvider.System));
        Assert.Empty(output.ToString());
        Assert.Contains(words, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_saysThatItIsEmulated()
    {
        using StringWriter output = new(), error = new();
        CommandLine.Run(["gpus", "--root", _folder, "--host", "absent"], output, error, TimeProvider.System);
        Assert.Contains("EMULATED", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void OpenOrCreateHost_keepsKeysToTheirOwner()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no file modes");
        }

        using EmulatedChip chip = EmulatedChip.Generate(EmulatedProduct.Genoa);
        string path = Path.Combine(_folder, "probe.key");
        PrivateFile.Write(path, chip.ExportKey(), secret: true);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(path).UnixFileMode);
    }

    private static EvidenceFacts Genuine(Verdict verdict)
    {
        Assert.True(verdict is Verdict.Genuine, verdict is Verdict.Refused refused ? refused.Reason.ToString() : null);
        return ((Verdict.Genuine)verdict).Facts;
    }

    /// <summary>What a development network pins: everything the folder has roots of.</summary>
    private TrustRoots Roots()
    {
        ByteString Pin(string vendor, string name) => new(Bytes(Json("init", "--root", _folder, "--vendor", vendor), name).Span);
        return new TrustRoots(
            [new TrustRoot(SnpProduct.Genoa, Pin("amd", "arkSpkiSha384"))],
            [Pin("intel", "rootSpkiSha384")],
            [Pin("nvidia", "deviceRootSpkiSha384")],
            [Pin("nvidia", "referenceRootSpkiSha384")]);
    }

    private Verdict Judge(string tee, JsonElement evidence)
    {
        if (tee == "snp")
        {
            return SnpVerifier.Verify(Snp(evidence, []), Roots(), SnpPolicy.Baseline, s_clock.GetUtcNow());
        }

        byte[] text = Encoding.UTF8.GetBytes(evidence.GetProperty("collateral").GetRawText());
        Assert.True(DcapCollateral.TryParse(text, out DcapCollateral? collateral, out RefusalReason? refusal), refusal?.ToString());
        return DcapVerifier.Verify(new DcapEvidence { Quote = Bytes(evidence, "quote"), Collateral = collateral }, Roots(), DcapPolicy.Baseline, s_clock.GetUtcNow());
    }

    private static SnpEvidence Snp(JsonElement evidence, ImmutableArray<ReadOnlyMemory<byte>> lists) => new()
    {
        Report = Bytes(evidence, "report"),
        Vek = Bytes(evidence, "vcek"),
        Ask = Bytes(evidence, "ask"),
        Ark = Bytes(evidence, "ark"),
        RevocationLists = lists,
    };

    private static NvidiaEvidence Gpu(JsonElement gpu) => new()
    {
        Report = (byte[])[.. Bytes(gpu, "request").Span, .. Bytes(gpu, "response").Span],
        Certificates = [.. gpu.GetProperty("certificates").EnumerateArray().Select(der => (ReadOnlyMemory<byte>)Convert.FromHexString(der.GetString()!.AsSpan(2)))],
        DriverReference = Bytes(gpu, "driverReference"),
        VbiosReference = Bytes(gpu, "vbiosReference"),
    };

    private static string HexText(JsonElement element, string? name = null) => (name is null ? element : element.GetProperty(name)).GetString()!;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static ReadOnlyMemory<byte> Bytes(JsonElement json, string name) => Convert.FromHexString(json.GetProperty(name).GetString()!.AsSpan(2));

    private static JsonElement Json(params string[] words)
    {
        using StringWriter output = new(), error = new();
        int status = CommandLine.Run(words, output, error, TimeProvider.System);
        Assert.True(status == 0, error.ToString());
        using JsonDocument document = JsonDocument.Parse(output.ToString());
        return document.RootElement.Clone();
    }
}
