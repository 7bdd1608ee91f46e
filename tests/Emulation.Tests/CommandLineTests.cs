using System.Text.Json;
using Ait.Attestation;
using Ait.Attestation.SevSnp;
using Ait.Emulation.Amd;
using Ait.Emulation.Commands;
using Ait.Emulation.Hosts;

namespace Ait.Emulation.Tests;

/// <summary>The process boundary: what a miner starts, and what it reads.</summary>
public sealed class CommandLineTests : IDisposable
{
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
    public void Run_refusesWithOneSentence(string line, string words)
    {
        using StringWriter output = new(), error = new();
        int status = CommandLine.Run([.. line.Split(' ').Select(word => word == "ROOT" ? _folder : word)], output, error, TimeProvider.System);
        Assert.NotEqual(0, status);
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
