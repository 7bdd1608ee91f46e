using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Ait.Attestation;
using Ait.Attestation.Dcap;
using Ait.Attestation.SevSnp;

namespace Ait.Coordinator.Fetching;

/// <summary>
/// The name of one piece of collateral, as <c>amd/vcek/Genoa/HWID/TCB</c>: everything that is needed to fetch it and to
/// check that it is what was asked for. Equal names are the same piece.
/// </summary>
internal sealed record CollateralKey
{
    internal const int MaxLength = 256;

    private CollateralKey(CollateralKind kind, string text)
    {
        Kind = kind;
        Text = text;
    }

    internal CollateralKind Kind { get; }

    internal string Text { get; }

    /// <summary>Of AMD kinds.</summary>
    internal SnpProduct Product { get; private init; }

    /// <summary>Of a VCEK: the chip, and the level as the report packs it.</summary>
    internal ByteString HardwareId { get; private init; }

    internal TcbVersion Tcb { get; private init; }

    /// <summary>Of TCB info and QE identity.</summary>
    internal DcapTee Tee { get; private init; }

    internal ByteString Fmspc { get; private init; }

    /// <summary>Of a PCK revocation list: the Platform CA's or the Processor CA's.</summary>
    internal bool ByPlatformAuthority { get; private init; }

    /// <summary>Of a manifest: the service's name of it, and the version it must be of.</summary>
    internal string ManifestId { get; private init; } = string.Empty;

    internal string ManifestVersion { get; private init; } = string.Empty;

    /// <summary>Of an OCSP answer: SHA-256 of the certificate path it is about, and which of its certificates.</summary>
    internal string PathDigest { get; private init; } = string.Empty;

    internal int PathIndex { get; private init; }

    internal static CollateralKey AmdChain(SnpProduct product) => new(CollateralKind.AmdChain, $"amd/chain/{product}") { Product = product };

    internal static CollateralKey AmdRevocation(SnpProduct product) => new(CollateralKind.AmdRevocation, $"amd/crl/{product}") { Product = product };

    internal static CollateralKey AmdVcek(SnpProduct product, ByteString hardwareId, TcbVersion tcb) =>
        new(CollateralKind.AmdVcek, string.Create(CultureInfo.InvariantCulture, $"amd/vcek/{product}/{hardwareId}/{tcb.Packed:x16}"))
        {
            Product = product,
            HardwareId = hardwareId,
            Tcb = tcb,
        };

    internal static CollateralKey IntelTcbInfo(DcapTee tee, ByteString fmspc) =>
        new(CollateralKind.IntelTcbInfo, $"intel/tcb/{Name(tee)}/{fmspc}") { Tee = tee, Fmspc = fmspc };

    internal static CollateralKey IntelQeIdentity(DcapTee tee) => new(CollateralKind.IntelQeIdentity, $"intel/qe/{Name(tee)}") { Tee = tee };

    internal static CollateralKey IntelPckRevocation(bool platform) =>
        new(CollateralKind.IntelPckRevocation, platform ? "intel/pckcrl/platform" : "intel/pckcrl/processor") { ByPlatformAuthority = platform };

    internal static CollateralKey IntelRootRevocation { get; } = new(CollateralKind.IntelRootRevocation, "intel/rootcrl");

    internal static CollateralKey NvidiaManifest(string id, string version) =>
        new(CollateralKind.NvidiaManifest, $"nvidia/rim/{id}/{version}") { ManifestId = id, ManifestVersion = version };

    internal static CollateralKey NvidiaOcsp(string pathDigest, int index) =>
        new(CollateralKind.NvidiaOcsp, string.Create(CultureInfo.InvariantCulture, $"nvidia/ocsp/{pathDigest}/{index}")) { PathDigest = pathDigest, PathIndex = index };

    /// <summary>Reads a key back; anything that no constructor here writes is refused.</summary>
    internal static bool TryParse(string text, [NotNullWhen(true)] out CollateralKey? key)
    {
        key = text.Length > MaxLength ? null : text.Split('/') switch
        {
            ["amd", "chain", string product] when IsProduct(product, out SnpProduct amd) => AmdChain(amd),
            ["amd", "crl", string product] when IsProduct(product, out SnpProduct amd) => AmdRevocation(amd),
            ["amd", "vcek", string product, string chip, string level] when IsProduct(product, out SnpProduct amd)
                && ByteString.TryParseHex(chip, out ByteString id) && id.Length == (amd == SnpProduct.Turin ? 8 : 64)
                && ulong.TryParse(level, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong packed) => AmdVcek(amd, id, new TcbVersion(amd, packed)),
            ["intel", "tcb", string tee, string fmspc] when IsTee(tee, out DcapTee kind) && ByteString.TryParseHex(fmspc, out ByteString family) && family.Length == 6 => IntelTcbInfo(kind, family),
            ["intel", "qe", string tee] when IsTee(tee, out DcapTee kind) => IntelQeIdentity(kind),
            ["intel", "pckcrl", "platform"] => IntelPckRevocation(platform: true),
            ["intel", "pckcrl", "processor"] => IntelPckRevocation(platform: false),
            ["intel", "rootcrl"] => IntelRootRevocation,
            ["nvidia", "rim", string id, string version] when IsPlain(id) && IsPlain(version) => NvidiaManifest(id, version),
            ["nvidia", "ocsp", string digest, string index] when digest.Length == 64 && IsPlain(digest) && index is "1" or "2" or "3" => NvidiaOcsp(digest, index[0] - '0'),
            _ => null,
        };

        // What is read must be written the same way: one name per piece.
        key = key?.Text == text ? key : null;
        return key is not null;
    }

    private static bool IsProduct(string text, out SnpProduct product) => Enum.TryParse(text, out product) && Enum.IsDefined(product) && product.ToString() == text;

    private static bool IsTee(string text, out DcapTee tee)
    {
        tee = text == "tdx" ? DcapTee.Tdx : DcapTee.Sgx;
        return text is "tdx" or "sgx";
    }

    /// <summary>Becomes part of an address: nothing that could lead elsewhere.</summary>
    internal static bool IsPlain(string text) => text.Length is > 0 and <= 100 && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.') && text[0] != '.';

    private static string Name(DcapTee tee) => tee == DcapTee.Tdx ? "tdx" : "sgx";
}
