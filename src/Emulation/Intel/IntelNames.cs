using System.Formats.Asn1;
using Ait.Emulation.X509;

namespace Ait.Emulation.Intel;

/// <summary>Distinguished names with Intel's attributes, order and lengths, and an organisation nobody can mistake.</summary>
internal static class IntelNames
{
    internal const string Root = "Intel SGX Root CA";
    internal const string PlatformAuthority = "Intel SGX PCK Platform CA";
    internal const string ProcessorAuthority = "Intel SGX PCK Processor CA";
    internal const string Signing = "Intel SGX TCB Signing";
    internal const string Pck = "Intel SGX PCK Certificate";

    /// <summary>17 characters, as many as "Intel Corporation" has, so that every offset is the real one.</summary>
    private const string Organization = "AIT EMULATED CHIP";

    internal static byte[] Encode(string commonName) => EcdsaCertificateWriter.Name(
        ("2.5.4.3", UniversalTagNumber.UTF8String, commonName),
        ("2.5.4.10", UniversalTagNumber.UTF8String, Organization),
        ("2.5.4.7", UniversalTagNumber.UTF8String, "Santa Clara"),
        ("2.5.4.8", UniversalTagNumber.UTF8String, "CA"),
        ("2.5.4.6", UniversalTagNumber.PrintableString, "US"));
}
