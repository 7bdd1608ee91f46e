using System.Globalization;
using System.Text;
using System.Text.Json;
using Ait.Attestation;
using Ait.Chain;
using Ait.Cli.Deploying;
using Ait.Cli.Publishing;
using Ait.Cli.Surroundings;
using Ait.Protocol;

namespace Ait.Cli.Launching;

/// <summary>The emulated hardware of one state folder, reached as any collector of evidence is: by running its program.</summary>
internal sealed class EmulatedHardware
{
    private readonly string _program = Installation.HostProgram("Ait.Emulation");
    private static readonly string s_noReportData = Hex.Encode(new byte[64]);
    private readonly string _folder;

    internal EmulatedHardware(string folder) => _folder = folder;

    /// <summary>The command line that a miner calls for evidence; report data is appended by the miner.</summary>
    internal string EvidenceCommand(string host, string measurement) =>
        string.Join(' ', ((string[])[_program, "evidence", "--root", _folder, "--host", host, "--measurement", measurement]).Select(Quote));

    /// <summary>The command line that a miner calls for evidence of one of a host's GPUs; the nonce is appended by the miner.</summary>
    internal string GpuEvidenceCommand(string host, string measurement, int gpu) => string.Create(
        CultureInfo.InvariantCulture, $"{EvidenceCommand(host, measurement)} --report-data {s_noReportData} --gpu {gpu}");

    /// <summary>Creates the development roots of processors or finds them.</summary>
    internal async Task<EmulatedRoot> RootAsync(CancellationToken cancellation)
    {
        JsonElement root = await AskAsync(["init", "--root", _folder], cancellation).ConfigureAwait(false);
        JsonElement intel = await AskAsync(["init", "--root", _folder, "--vendor", "intel"], cancellation).ConfigureAwait(false);
        return new EmulatedRoot(
            Bytes(root, "arkSpkiSha384"), Bytes(root, "arkModulus"), Bytes(root, "arkDer"), Bytes(root, "askDer"), Bytes(intel, "rootSpkiSha384"));
    }

    /// <summary>Creates the development root of GPUs or finds it.</summary>
    internal async Task<EmulatedGpuVendor> GpuVendorAsync(DateTimeOffset at, CancellationToken cancellation)
    {
        JsonElement root = await AskAsync(["init", "--root", _folder, "--vendor", "nvidia"], cancellation).ConfigureAwait(false);
        byte[] referenceRoot = Bytes(root, "referenceRootSpkiSha384");
        var roots = new TrustRoots([], [], [], [new ByteString(referenceRoot)]);
        GpuReferenceSet references = new(
        [
            ManifestFile.Read(GpuReferenceKind.Driver, Bytes(root, "driverReference"), "the emulated driver's manifest", roots, at),
            ManifestFile.Read(GpuReferenceKind.Vbios, Bytes(root, "vbiosReference"), "the emulated VBIOS's manifest", roots, at),
        ]);
        return new EmulatedGpuVendor(Bytes(root, "deviceRootSpkiSha384"), referenceRoot, references);
    }

    /// <summary>Creates a host with GPUs of these classes or finds it.</summary>
    internal async Task<EmulatedMachine> HostAsync(string host, bool inTrustDomain, IEnumerable<string> gpuClasses, CancellationToken cancellation)
    {
        List<string> arguments = ["host", "--root", _folder, "--host", host, "--tee", inTrustDomain ? "tdx" : "snp"];
        foreach (string gpuClass in gpuClasses)
        {
            arguments.AddRange(["--gpu", gpuClass]);
        }

        JsonElement found = await AskAsync(arguments, cancellation).ConfigureAwait(false);
        IEnumerable<byte[]> gpus = found.GetProperty("gpus").EnumerateArray().Select(gpu => Bytes(gpu, "uuid"));
        return new EmulatedMachine(host, Bytes(found, "chipId"), [.. gpus]);
    }

    /// <summary>Fresh evidence signed by the host's emulated chip.</summary>
    internal async Task<EmulatedEvidence> EvidenceAsync(string host, string measurement, ReadOnlyMemory<byte> reportData, CancellationToken cancellation)
    {
        JsonElement evidence = await AskAsync(
            ["evidence", "--root", _folder, "--host", host, "--measurement", measurement, "--report-data", Hex.Encode(reportData.Span)],
            cancellation).ConfigureAwait(false);
        return new EmulatedEvidence(Bytes(evidence, "report"), Bytes(evidence, "vcek"), Bytes(evidence, "ask"), Bytes(evidence, "ark"));
    }

    /// <summary>A quote of a host in a trust domain with the collateral of its platform; it says nothing and is good for publishing both.</summary>
    internal async Task<PlatformFiles> PlatformAsync(string host, string measurement, CancellationToken cancellation)
    {
        JsonElement evidence = await AskAsync(
            ["evidence", "--root", _folder, "--host", host, "--measurement", measurement, "--report-data", s_noReportData], cancellation).ConfigureAwait(false);
        return PlatformFiles.Read(Bytes(evidence, "quote"), Encoding.UTF8.GetBytes(evidence.GetProperty("collateral").GetRawText()));
    }

    /// <summary>Writes what the emulated vendors publish to a file that <c>ait collateral import</c> takes.</summary>
    internal Task WriteBundleAsync(string path, CancellationToken cancellation) => AskAsync(["bundle", "--root", _folder, "--out", path], cancellation);

    private async Task<JsonElement> AskAsync(List<string> arguments, CancellationToken cancellation)
    {
        ToolRun run = await ToolRun.TryAsync(_program, arguments, cancellation).ConfigureAwait(false)
            ?? throw new SurroundingsException($"the emulated hardware {_program} cannot be started. Build it with `dotnet build src/Cli -c Release`.");
        if (run.ExitCode != 0)
        {
            throw new SurroundingsException($"the emulated hardware failed at `{arguments[0]}` (exit code {run.ExitCode}): {run.Errors.Trim()}");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(run.Output);
            return document.RootElement.Clone();
        }
        catch (JsonException fault)
        {
            throw new SurroundingsException($"the emulated hardware answered `{arguments[0]}` with something else than JSON: {fault.Message}", fault);
        }
    }

    private static byte[] Bytes(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && Hex.TryDecode(value.GetString(), out byte[]? bytes)
            ? bytes
            : throw new SurroundingsException($"the emulated hardware's answer has no hex field {name}. Build all programs from the same source.");

    private static string Quote(string word) => word.Contains(' ', StringComparison.Ordinal) ? $"\"{word}\"" : word;
}
