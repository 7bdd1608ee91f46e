using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ait.Attestation.Dcap;
using Ait.Attestation.Nvidia;
using Ait.Attestation.SevSnp;

namespace Ait.Attestation.Fuzz.Formats;

/// <summary>
/// What inputs are made from: the project's own vectors, which never change, so that a seed means the same input for ever. Genuine
/// evidence joins only where a folder of it is given.
/// </summary>
internal sealed class Corpus
{
    private readonly string _folder;
    private readonly string? _genuine;

    internal Corpus(string repository, string? genuine)
    {
        _folder = Path.Combine(repository, "vectors", "evidence");
        _genuine = genuine;
        JsonElement roots = Parse(File("devices/manifest.json")).GetProperty("roots");
        ByteString Root(string name) => ByteString.FromHex(roots.GetProperty(name).GetString()!);
        Roots = new TrustRoots(
            [new TrustRoot(SnpProduct.Genoa, Root("Genoa"))], [Root("intel")], [Root("nvidiaDevice")], [Root("nvidiaReference")]);
    }

    internal static DateTimeOffset Instant { get; } = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    internal TrustRoots Roots { get; }

    internal byte[] File(string path) => System.IO.File.ReadAllBytes(Path.Combine(_folder, path));

    /// <summary>Files of the project's vectors and, where given, of genuine evidence that end like this, in a fixed order.</summary>
    internal List<byte[]> Files(params string[] endings)
    {
        IEnumerable<string> own = Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories);
        IEnumerable<string> genuine = _genuine is null ? [] : Directory.EnumerateFiles(_genuine, "*", SearchOption.AllDirectories);
        return [.. own.Order(StringComparer.Ordinal).Concat(genuine.Order(StringComparer.Ordinal))
            .Where(path => endings.Any(ending => path.EndsWith(ending, StringComparison.Ordinal)))
            .Select(System.IO.File.ReadAllBytes)];
    }

    internal SnpEvidence Snp() => new()
    {
        Report = File("genoa-v3/report.bin"),
        Vek = File("genoa-v3/vcek.der"),
        Ask = File("genoa-v3/ask.der"),
        Ark = File("genoa-v3/ark.der"),
        RevocationLists = [],
    };

    internal NvidiaEvidence Gpu() => new()
    {
        Report = File("devices/h100/evidence.bin"),
        Certificates = [.. Enumerable.Range(0, 5).Select(index => (ReadOnlyMemory<byte>)File($"devices/h100/certificate-{index}.der"))],
        DriverReference = File("devices/driver.xml"),
        VbiosReference = File("devices/vbios.xml"),
    };

    internal DcapCollateral Collateral(string of = "tdx-v4") =>
        DcapCollateral.TryParse(File($"devices/{of}/collateral.json"), out DcapCollateral? collateral, out RefusalReason? refusal)
            ? collateral
            : throw new InvalidDataException($"the vectors' own collateral is refused: {refusal}");

    /// <summary>A text field of the vectors' collateral.</summary>
    internal string CollateralText(string name) => Parse(File("devices/tdx-v4/collateral.json")).GetProperty(name).GetString()!;

    /// <summary>PCK, its authority and the root of the vectors' quote, DER.</summary>
    internal List<byte[]> PckCertificates() => DcapQuote.TryParse(File("devices/tdx-v4/quote.bin"), out DcapQuote? quote, out RefusalReason? refusal)
        ? [.. quote.Certificates.Select(der => der.ToArray())]
        : throw new InvalidDataException($"the vectors' own quote is refused: {refusal}");

    /// <summary>A file that a manifest names, null if there is none.</summary>
    internal byte[]? Find(string path) => System.IO.File.Exists(Path.Combine(_folder, path)) ? File(path) : null;

    internal static byte[] Pem(IEnumerable<byte[]> certificates) =>
        Utf8(string.Concat(certificates.Select(der => PemEncoding.WriteString("CERTIFICATE", der) + "\n")));

    internal static JsonElement Parse(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    internal static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
