using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Xml;

namespace Ait.Attestation.Nvidia;

/// <summary>
/// The one form of XML signature that manifests have: enveloped, over the whole document, Canonical XML 1.1, SHA-384,
/// ECDSA P-384, with certificates. Any other is not read at all.
/// </summary>
internal sealed class XmlSignature
{
    private const string Namespace = "http://www.w3.org/2000/09/xmldsig#";
    private const string Canonical = "http://www.w3.org/2006/12/xml-c14n11";
    private const string Enveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
    private const string EcdsaSha384 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384";
    private const string Sha384 = "http://www.w3.org/2001/04/xmldsig-more#sha384";
    private const int MaxCertificates = 8;

    private XmlSignature(byte[] signedInfo, byte[] value, byte[] digest, byte[] actualDigest, ImmutableArray<ReadOnlyMemory<byte>> certificates)
    {
        SignedInfo = signedInfo;
        Value = value;
        DigestMatches = CryptographicOperations.FixedTimeEquals(digest, actualDigest);
        Certificates = certificates;
    }

    /// <summary>Canonical bytes that <see cref="Value"/> signs.</summary>
    internal ReadOnlyMemory<byte> SignedInfo { get; }

    /// <summary>r‖s, big-endian.</summary>
    internal ReadOnlyMemory<byte> Value { get; }

    /// <summary>The signed digest is that of the document without its signature.</summary>
    internal bool DigestMatches { get; }

    internal ImmutableArray<ReadOnlyMemory<byte>> Certificates { get; }

    internal static bool TryRead(XmlElement root, [NotNullWhen(true)] out XmlSignature? signature, out string problem)
    {
        signature = null;
        problem = "another number of signatures, or one elsewhere";
        XmlNodeList found = root.OwnerDocument.GetElementsByTagName("Signature", Namespace);
        if (found.Count != 1 || found[0] is not XmlElement element || element.ParentNode != root)
        {
            return false;
        }

        problem = "a signature of another form";
        if (!TryChildren(element, ["SignedInfo", "SignatureValue", "KeyInfo"], out XmlElement[]? parts)
            || !TryChildren(parts[0], ["CanonicalizationMethod", "SignatureMethod", "Reference"], out XmlElement[]? info)
            || !TryChildren(info[2], ["Transforms", "DigestMethod", "DigestValue"], out XmlElement[]? reference)
            || !TryChildren(reference[0], ["Transform", "Transform"], out XmlElement[]? transforms)
            || !TryChildren(parts[2], ["X509Data"], out XmlElement[]? data))
        {
            return false;
        }

        if (!IsAlgorithm(info[0], Canonical)
            || !IsAlgorithm(info[1], EcdsaSha384)
            || info[2].Attributes.Count != 1 || info[2].Attributes[0].Name != "URI" || info[2].Attributes[0].Value.Length != 0
            || !IsAlgorithm(transforms[0], Enveloped)
            || !IsAlgorithm(transforms[1], Canonical)
            || !IsAlgorithm(reference[1], Sha384))
        {
            return false;
        }

        problem = "a digest, signature or certificate that is no base64 of its length";
        if (!TryBase64(reference[2], SpdmEvidence.DigestLength, out byte[]? digest)
            || !TryBase64(parts[1], SpdmEvidence.SignatureLength, out byte[]? value)
            || !TryCertificates(data[0], out ImmutableArray<ReadOnlyMemory<byte>> certificates))
        {
            return false;
        }

        byte[] actual = SHA384.HashData(CanonicalXml.Write(root, element));
        signature = new XmlSignature(CanonicalXml.Write(parts[0], null), value, digest, actual, certificates);
        return true;
    }

    private static bool TryCertificates(XmlElement data, out ImmutableArray<ReadOnlyMemory<byte>> certificates)
    {
        certificates = [];
        List<XmlElement> elements = Elements(data);
        if (elements.Count > MaxCertificates)
        {
            return false;
        }

        foreach (XmlElement element in elements)
        {
            if (!IsNamed(element, "X509Certificate") || !TryBase64(element, null, out byte[]? der))
            {
                return false;
            }

            certificates = certificates.Add(der);
        }

        return true;
    }

    /// <summary>Exactly these elements of the signature namespace in this order, and nothing but white space around.</summary>
    private static bool TryChildren(XmlElement parent, ReadOnlySpan<string> names, [NotNullWhen(true)] out XmlElement[]? children)
    {
        children = null;
        List<XmlElement> elements = Elements(parent);
        if (elements.Count != names.Length || HasText(parent))
        {
            return false;
        }

        for (int index = 0; index < names.Length; index++)
        {
            if (!IsNamed(elements[index], names[index]))
            {
                return false;
            }
        }

        children = [.. elements];
        return true;
    }

    private static List<XmlElement> Elements(XmlElement parent)
    {
        List<XmlElement> elements = [];
        for (XmlNode? child = parent.FirstChild; child is not null; child = child.NextSibling)
        {
            if (child is XmlElement element)
            {
                elements.Add(element);
            }
        }

        return elements;
    }

    private static bool HasText(XmlElement parent)
    {
        for (XmlNode? child = parent.FirstChild; child is not null; child = child.NextSibling)
        {
            if (child is not XmlElement && !string.IsNullOrWhiteSpace(child.Value))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsNamed(XmlElement element, string name) => element.LocalName == name && element.NamespaceURI == Namespace;

    private static bool IsAlgorithm(XmlElement element, string algorithm) =>
        element.FirstChild is null && element.Attributes.Count == 1 && element.Attributes[0].Name == "Algorithm" && element.Attributes[0].Value == algorithm;

    private static bool TryBase64(XmlElement element, int? length, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (element.Attributes.Count != 0 || Elements(element).Count != 0)
        {
            return false;
        }

        string text = element.InnerText;
        var decoded = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, decoded, out int written) || (length is not null && written != length))
        {
            return false;
        }

        bytes = decoded[..written];
        return true;
    }
}
