using System.Text;

namespace Ait.Emulation.Nvidia;

/// <summary>
/// A reference manifest (TCG SWID tag) in two spellings made by hand from the same facts: as NVIDIA sends them, and in
/// canonical form. No code is shared with a verifier's canonicaliser.
/// </summary>
public sealed record EmulatedReference
{
    private const string Tag = "http://standards.iso.org/iso/19770/-2/2015/schema.xsd";
    private const string Hash = "http://www.w3.org/2001/04/xmlenc#sha384";
    private const string Rim = "https://trustedcomputinggroup.org/resource/tcg-reference-integrity-manifest-rim-information-model/";
    private const int Indices = 64;

    /// <summary>Version of the driver or VBIOS it is about.</summary>
    public required string Version { get; init; }

    public string Product { get; init; } = "GH100";

    /// <summary>
    /// Accepted values of the active measurements by index from 0, each 48 times a byte; block n + 1 of an untouched report is 48
    /// times n + 1.
    /// </summary>
    public required IReadOnlyDictionary<int, byte[]> Golden { get; init; }

    /// <summary>The manifest of the driver: the indices that NVIDIA's name.</summary>
    public static EmulatedReference Driver { get; } = new()
    {
        Version = EmulatedGpuReport.DriverVersion,
        Golden = Untouched([7, .. Enumerable.Range(21, 20)]),
    };

    /// <summary>The manifest of the VBIOS: the indices that NVIDIA's name.</summary>
    public static EmulatedReference Vbios { get; } = new()
    {
        Version = EmulatedGpuReport.VbiosVersion,
        Golden = Untouched([.. Enumerable.Range(0, 7), .. Enumerable.Range(8, 5)]),
    };

    /// <summary>The manifest as it is sent.</summary>
    public string Sent(string signature)
    {
        var text = new StringBuilder();
        _ = text.Append("<SoftwareIdentity xmlns=\"").Append(Tag).Append("\" xmlns:ns0=\"").Append(Tag).Append("\" xmlns:ns2=\"").Append(Hash)
            .Append("\" corpus=\"false\" name=\"").Append(Product).Append("\" patch=\"false\" supplemental=\"false\" version=\"1.0\" tagVersion=\"0\">\n")
            .Append("    <ns0:Entity name=\"AIT EMULATED CHIPS\" role=\"softwareCreator tagCreator\"/>\n")
            .Append("    <ns0:Meta xmlns:ns1=\"").Append(Rim).Append("\" colloquialVersion=\"").Append(Version).Append("\" edition=\"GPU\" product=\"").Append(Product)
            .Append("\" revision=\"r1\" PayloadType=\"direct\" ns1:BindingSpec=\"RIMIM\" ns1:PlatformModel=\"").Append(Product).Append("\"/>\n")
            .Append("    <ns0:Payload xmlns:SHA384=\"").Append(Hash).Append("\">\n");
        for (int index = 0; index < Indices; index++)
        {
            (bool active, byte[] values) = Values(index);
            _ = text.Append("        <ns0:Resource type=\"Measurement\" index=\"").Append(index).Append("\" active=\"").Append(active)
                .Append("\" alternatives=\"").Append(values.Length).Append('"').Append(Hashes(values))
                .Append(" name=\"Measurement_").Append(index).Append("\" size=\"48\"/>\n");
        }

        return text.Append("    </ns0:Payload>\n").Append(signature).Append("</SoftwareIdentity>\n").ToString();
    }

    /// <summary>Canonical XML 1.1 of the manifest without its signature.</summary>
    public string Canonical()
    {
        var text = new StringBuilder();
        _ = text.Append("<SoftwareIdentity xmlns=\"").Append(Tag).Append("\" xmlns:ns0=\"").Append(Tag).Append("\" xmlns:ns2=\"").Append(Hash)
            .Append("\" corpus=\"false\" name=\"").Append(Product).Append("\" patch=\"false\" supplemental=\"false\" tagVersion=\"0\" version=\"1.0\">\n")
            .Append("    <ns0:Entity name=\"AIT EMULATED CHIPS\" role=\"softwareCreator tagCreator\"></ns0:Entity>\n")
            .Append("    <ns0:Meta xmlns:ns1=\"").Append(Rim).Append("\" PayloadType=\"direct\" colloquialVersion=\"").Append(Version)
            .Append("\" edition=\"GPU\" product=\"").Append(Product).Append("\" revision=\"r1\" ns1:BindingSpec=\"RIMIM\" ns1:PlatformModel=\"").Append(Product)
            .Append("\"></ns0:Meta>\n")
            .Append("    <ns0:Payload xmlns:SHA384=\"").Append(Hash).Append("\">\n");
        for (int index = 0; index < Indices; index++)
        {
            (bool active, byte[] values) = Values(index);
            _ = text.Append("        <ns0:Resource active=\"").Append(active).Append("\" alternatives=\"").Append(values.Length).Append("\" index=\"").Append(index)
                .Append("\" name=\"Measurement_").Append(index).Append("\" size=\"48\" type=\"Measurement\"").Append(Hashes(values)).Append("></ns0:Resource>\n");
        }

        return text.Append("    </ns0:Payload>\n</SoftwareIdentity>").ToString();
    }

    /// <summary>SignedInfo with (canonical) or without (sent) the declarations it inherits.</summary>
    internal static string SignedInfo(string digest, bool canonical)
    {
        string inherited = canonical
            ? $" xmlns=\"{Tag}\" xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" xmlns:ns0=\"{Tag}\" xmlns:ns2=\"{Hash}\""
            : "";
        string Empty(string name, string algorithm) =>
            canonical ? $"<ds:{name} Algorithm=\"{algorithm}\"></ds:{name}>" : $"<ds:{name} Algorithm=\"{algorithm}\"/>";
        return $"<ds:SignedInfo{inherited}>" + Empty("CanonicalizationMethod", "http://www.w3.org/2006/12/xml-c14n11")
            + Empty("SignatureMethod", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384") + "<ds:Reference URI=\"\"><ds:Transforms>"
            + Empty("Transform", "http://www.w3.org/2000/09/xmldsig#enveloped-signature") + Empty("Transform", "http://www.w3.org/2006/12/xml-c14n11")
            + "</ds:Transforms>" + Empty("DigestMethod", "http://www.w3.org/2001/04/xmldsig-more#sha384")
            + $"<ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>";
    }

    private (bool Active, byte[] Values) Values(int index) => Golden.TryGetValue(index, out byte[]? values) ? (true, values) : (false, [0]);

    private static Dictionary<int, byte[]> Untouched(int[] indices) => indices.ToDictionary(index => index, index => new[] { (byte)(index + 1) });

    private static string Hashes(byte[] values) =>
        string.Concat(values.Select((value, place) => $" ns2:Hash{place}=\"{string.Concat(Enumerable.Repeat($"{value:x2}", 48))}\""));
}
