using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Xml;
using Ait.Attestation.X509;

namespace Ait.Attestation.Nvidia;

/// <summary>
/// The values that a driver's or a VBIOS's measurements may have (TCG SWID tag), signed under the pinned root of
/// reference manifests. Only <see cref="TryVerify"/> makes one that counts.
/// </summary>
internal sealed class ReferenceManifest
{
    private const string TagNamespace = "http://standards.iso.org/iso/19770/-2/2015/schema.xsd";
    private const string HashNamespace = "http://www.w3.org/2001/04/xmlenc#sha384";
    private const int MaxAlternatives = 64;
    private static readonly string[] s_names = ["manifest signer", "manifest L3 CA", "manifest product CA", "manifest root CA"];

    private ReferenceManifest(string version, string product, Dictionary<int, ImmutableArray<ByteString>> golden)
    {
        Version = version;
        Product = product;
        Golden = golden;
    }

    /// <summary>The version of the driver or VBIOS that it is about.</summary>
    internal string Version { get; }

    internal string Product { get; }

    /// <summary>Accepted values by manifest index; the report's block has the index above.</summary>
    internal IReadOnlyDictionary<int, ImmutableArray<ByteString>> Golden { get; }

    /// <summary>Reads and verifies; <paramref name="end"/> is the earliest end of a certificate that vouches for it.</summary>
    internal static bool TryVerify(
        ReadOnlyMemory<byte> bytes,
        string name,
        TrustRoots roots,
        DateTimeOffset at,
        CertificateCache? cache,
        [NotNullWhen(true)] out ReferenceManifest? manifest,
        out DateTimeOffset end,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        manifest = null;
        end = default;
        if (!CertificateCache.TryRead(cache, bytes, name, out SignedReference? read, out refusal)
            || !EcdsaPath.TryVerify(
                read.Signature.Certificates, s_names, roots.ContainsNvidiaReference, at, cache, out ImmutableArray<Certificate> path, out refusal))
        {
            return false;
        }

        bool verifies = read.IsSignedBy(path[0].PublicKey);
        if (!verifies || !read.Signature.DigestMatches)
        {
            string found = verifies ? "another digest" : "a signature that does not verify";
            refusal = new RefusalReason(Refusal.ReferenceSignature, name, $"a signature by {path[0].Subject.CommonName} over this content", found);
            return false;
        }

        cache?.Keep(bytes, read);
        end = EcdsaPath.End(path);
        manifest = read.Manifest;
        return true;
    }

    /// <summary>Reads without proving anything.</summary>
    internal static bool TryRead(
        ReadOnlyMemory<byte> bytes,
        string name,
        [NotNullWhen(true)] out ReferenceManifest? manifest,
        [NotNullWhen(true)] out XmlSignature? signature,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        manifest = null;
        signature = null;
        bool read = StrictXml.TryParse(bytes.Span, out XmlDocument? document, out string problem)
            && XmlSignature.TryRead(document.DocumentElement!, out signature, out problem) // parsed, so there is a root
            && TryReadTag(document.DocumentElement!, out manifest, out problem);
        refusal = read ? null : new RefusalReason(Refusal.ReferenceMalformed, name, "a signed SWID tag of NVIDIA's form", problem);
        return read;
    }

    private static bool TryReadTag(XmlElement root, [NotNullWhen(true)] out ReferenceManifest? manifest, out string problem)
    {
        manifest = null;
        XmlElement? meta = null;
        XmlElement? payload = null;
        problem = "no SoftwareIdentity with one Meta and one Payload";
        if (root.LocalName != "SoftwareIdentity" || root.NamespaceURI != TagNamespace)
        {
            return false;
        }

        for (XmlNode? child = root.FirstChild; child is not null; child = child.NextSibling)
        {
            if (child is XmlElement { NamespaceURI: TagNamespace } element && element.LocalName is "Meta" or "Payload")
            {
                ref XmlElement? place = ref child.LocalName == "Meta" ? ref meta : ref payload;
                if (place is not null)
                {
                    return false;
                }

                place = (XmlElement)child;
            }
        }

        string? version = meta?.GetAttributeNode("colloquialVersion")?.Value;
        string? product = meta?.GetAttributeNode("product")?.Value;
        if (payload is null || string.IsNullOrEmpty(version) || string.IsNullOrEmpty(product))
        {
            return false;
        }

        var golden = new Dictionary<int, ImmutableArray<ByteString>>();
        HashSet<int> seen = [];
        for (XmlNode? child = payload.FirstChild; child is not null; child = child.NextSibling)
        {
            if (child is XmlElement element && !TryReadResource(element, seen, golden))
            {
                problem = $"the resource {element.GetAttribute("name")}";
                return false;
            }
        }

        manifest = new ReferenceManifest(version, product, golden);
        return true;
    }

    private static bool TryReadResource(XmlElement resource, HashSet<int> seen, Dictionary<int, ImmutableArray<ByteString>> golden)
    {
        if (resource.LocalName != "Resource" || resource.NamespaceURI != TagNamespace || resource.GetAttribute("type") != "Measurement"
            || !TryNumber(resource, "index", 253, out int index)
            || !seen.Add(index))
        {
            return false;
        }

        switch (resource.GetAttribute("active"))
        {
            case "False":
                return true;
            case "True":
                break;
            default:
                return false;
        }

        if (!TryNumber(resource, "alternatives", MaxAlternatives, out int alternatives) || alternatives == 0
            || !TryNumber(resource, "size", SpdmEvidence.DigestLength, out int size) || size != SpdmEvidence.DigestLength)
        {
            return false;
        }

        ImmutableArray<ByteString>.Builder values = ImmutableArray.CreateBuilder<ByteString>(alternatives);
        for (int alternative = 0; alternative < alternatives; alternative++)
        {
            string digits = resource.GetAttribute(string.Create(CultureInfo.InvariantCulture, $"Hash{alternative}"), HashNamespace);
            if (digits.Length != 2 * SpdmEvidence.DigestLength || !ByteString.TryParseHex(digits, out ByteString value) || value.Length != size)
            {
                return false;
            }

            values.Add(value);
        }

        golden.Add(index, values.MoveToImmutable());
        return true;
    }

    private static bool TryNumber(XmlElement element, string name, int most, out int number) =>
        int.TryParse(element.GetAttribute(name), NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= most;
}
