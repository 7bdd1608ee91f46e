using System.Formats.Asn1;
using Ait.Emulation.X509;

namespace Ait.Emulation.Nvidia;

/// <summary>Distinguished names with NVIDIA's attributes and order, and an organisation nobody can mistake.</summary>
internal static class NvidiaNames
{
    internal const string DeviceRoot = "NVIDIA Device Identity CA";
    internal const string ReferenceRoot = "NVIDIA CoRIM signing Root CA";

    /// <summary>18 characters, as many as "NVIDIA Corporation" has.</summary>
    private const string Organization = "AIT EMULATED CHIPS";

    internal static string Identity(string chip) => $"NVIDIA {chip} Identity";

    internal static string Provisioner(string chip) => $"NVIDIA {chip} Provisioner ICA 1";

    internal static byte[] Authority(string commonName) => EcdsaCertificateWriter.Name(
        ("2.5.4.3", UniversalTagNumber.UTF8String, commonName),
        ("2.5.4.10", UniversalTagNumber.UTF8String, Organization));

    internal static byte[] AuthorityInCountry(string commonName) => EcdsaCertificateWriter.Name(
        ("2.5.4.3", UniversalTagNumber.UTF8String, commonName),
        ("2.5.4.10", UniversalTagNumber.UTF8String, Organization),
        ("2.5.4.6", UniversalTagNumber.PrintableString, "US"));

    /// <summary>A name of a device: its serial number comes first.</summary>
    internal static byte[] Device(string commonName, byte[] serial) => EcdsaCertificateWriter.Name(
        ("2.5.4.5", UniversalTagNumber.PrintableString, Convert.ToHexString(serial)),
        ("2.5.4.6", UniversalTagNumber.PrintableString, "US"),
        ("2.5.4.10", UniversalTagNumber.UTF8String, Organization),
        ("2.5.4.3", UniversalTagNumber.UTF8String, commonName));
}
