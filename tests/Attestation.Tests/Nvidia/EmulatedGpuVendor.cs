using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Ait.Attestation.Nvidia;

namespace Ait.Attestation.Tests.Nvidia;

/// <summary>An emulated NVIDIA: both roots with their paths, one device key and an attestation key. Nothing it signs is genuine.</summary>
internal sealed class EmulatedGpuVendor
{
    internal const int Device = 1;
    internal const int Provisioner = 2;
    internal const int Identity = 3;

    private static readonly DateTimeOffset s_from = new(2022, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset s_never = new(9999, 12, 31, 23, 59, 59, TimeSpan.Zero);

    private readonly ECDsa[] _keys = [.. Enumerable.Range(0, 5).Select(_ => ECDsa.Create(ECCurve.NamedCurves.nistP384))];
    private readonly ECDsa[] _referenceKeys = [.. Enumerable.Range(0, 4).Select(_ => ECDsa.Create(ECCurve.NamedCurves.nistP384))];

    internal DateTimeOffset ReferencesEnd { get; init; } = Scenario.Now.AddDays(100);

    internal TrustRoots Roots => new([], [], [Fingerprint(_keys[4])], [Fingerprint(_referenceKeys[3])]);

    internal ByteString DeviceFingerprint => Fingerprint(_keys[Device]);

    /// <summary>The same device after a firmware update: another attestation key under the same device key.</summary>
    internal EmulatedGpuVendor WithNewFirmware()
    {
        var other = new EmulatedGpuVendor { ReferencesEnd = ReferencesEnd };
        Array.Copy(_keys, 1, other._keys, 1, 4);
        Array.Copy(_referenceKeys, other._referenceKeys, 4);
        return other;
    }

    /// <summary>Another device of the same vendor.</summary>
    internal EmulatedGpuVendor WithOtherDevice()
    {
        EmulatedGpuVendor other = WithNewFirmware();
        other._keys[Device] = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        return other;
    }

    internal NvidiaEvidence Evidence(EmulatedGpu gpu, byte[]? driver = null, byte[]? vbios = null) => new()
    {
        Report = Report(gpu),
        Certificates = Certificates(gpu),
        DriverReference = driver,
        VbiosReference = vbios,
    };

    internal byte[] Report(EmulatedGpu gpu)
    {
        byte[] unsigned = gpu.Unsigned();
        return [.. unsigned, .. _keys[0].SignData(unsigned, HashAlgorithmName.SHA384, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)];
    }

    internal ImmutableArray<ReadOnlyMemory<byte>> Certificates(EmulatedGpu gpu)
    {
        bool hopper = gpu.Chip[1] == 'H';
        byte[] extension = gpu.FirmwareExtension ?? (hopper ? Hopper(gpu.FirmwareId) : Blackwell(gpu.FirmwareId));
        string[] names =
        [
            $"{gpu.Chip} A01 {gpu.Unit} FMC LF", $"{gpu.Chip} A01 {gpu.Unit} BROM", $"NVIDIA {gpu.Chip} Provisioner ICA 1",
            $"NVIDIA {gpu.Chip} Identity", "NVIDIA Device Identity CA",
        ];
        return Path(names, _keys, [s_never, s_never, s_never, s_never, s_never], new X509Extension(hopper ? "2.23.133.5.4.1" : "2.23.133.5.4.1.1", extension, false));
    }

    internal byte[] Reference(EmulatedReference reference, Func<string, string>? change = null)
    {
        string digest = Convert.ToBase64String(SHA384.HashData(Encoding.UTF8.GetBytes(reference.Canonical())));
        byte[] signature = _referenceKeys[0].SignData(
            Encoding.UTF8.GetBytes(EmulatedReference.SignedInfo(digest, canonical: true)),
            HashAlgorithmName.SHA384,
            DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        string[] names = ["RIM L4 Signer", "Reference Value L3", "Reference Value CA", "CoRIM signing Root CA"];
        DateTimeOffset[] ends = [ReferencesEnd, ReferencesEnd.AddDays(1), ReferencesEnd.AddDays(2), ReferencesEnd.AddDays(3)];
        string certificates = string.Concat(Path(names, _referenceKeys, ends, null)
            .Select(der => $"<ds:X509Certificate>{Convert.ToBase64String(der.Span)}\n</ds:X509Certificate>"));
        string text = reference.Sent(
            $"<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">{EmulatedReference.SignedInfo(digest, canonical: false)}"
            + $"<ds:SignatureValue>{Convert.ToBase64String(signature)}</ds:SignatureValue><ds:KeyInfo><ds:X509Data>{certificates}</ds:X509Data></ds:KeyInfo></ds:Signature>");
        return Encoding.UTF8.GetBytes(change is null ? text : change(text));
    }

    /// <summary>A list of the authority at <paramref name="issuer"/> of the device path.</summary>
    internal byte[] RevocationList(int issuer, bool revokesNext, DateTimeOffset nextUpdate)
    {
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(Certificates(new EmulatedGpu())[issuer].Span);
        using X509Certificate2 signer = certificate.CopyWithPrivateKey(_keys[issuer]);
        var builder = new CertificateRevocationListBuilder();
        if (revokesNext)
        {
            builder.AddEntry(Serial(issuer - 1), Scenario.Now.AddDays(-1));
        }

        return builder.Build(signer, 1, nextUpdate, HashAlgorithmName.SHA384, thisUpdate: Scenario.Now.AddDays(-10));
    }

    internal static byte[] Hopper(byte[] digest)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            using (writer.PushSequence())
            {
                writer.WriteNull();
            }

            Digest(writer, digest);
        }

        return writer.Encode();
    }

    private static byte[] Blackwell(byte[] digest)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteOctetString("NVIDIA"u8, new Asn1Tag(TagClass.ContextSpecific, 0));
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 6)))
            {
                Digest(writer, digest);
                Digest(writer, new byte[48]);
            }
        }

        return writer.Encode();
    }

    private static void Digest(AsnWriter writer, byte[] digest)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier("2.16.840.1.101.3.4.2.2");
            writer.WriteOctetString(digest);
        }
    }

    private static ImmutableArray<ReadOnlyMemory<byte>> Path(string[] names, ECDsa[] keys, DateTimeOffset[] ends, X509Extension? extension)
    {
        var path = new ReadOnlyMemory<byte>[names.Length];
        for (int index = 0; index < names.Length; index++)
        {
            int issuer = Math.Min(index + 1, names.Length - 1);
            var request = new CertificateRequest($"CN={names[index]}, O=EMULATED", keys[index], HashAlgorithmName.SHA384);
            var identifier = new X509SubjectKeyIdentifierExtension(keys[index].ExportSubjectPublicKeyInfo(), false);
            var above = new X509SubjectKeyIdentifierExtension(keys[issuer].ExportSubjectPublicKeyInfo(), false);
            if (index > 0)
            {
                request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            }

            X509KeyUsageFlags usage = index == 0 ? X509KeyUsageFlags.DigitalSignature : X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign;
            request.CertificateExtensions.Add(new X509KeyUsageExtension(usage, true));
            request.CertificateExtensions.Add(identifier);
            request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(above));
            if (index == 0 && extension is not null)
            {
                request.CertificateExtensions.Add(extension);
            }

            using X509Certificate2 certificate = request.Create(
                new X500DistinguishedName($"CN={names[issuer]}, O=EMULATED"), X509SignatureGenerator.CreateForECDsa(keys[issuer]), s_from, ends[index], Serial(index));
            path[index] = certificate.RawData;
        }

        return [.. path];
    }

    private static byte[] Serial(int index) => [0x41, (byte)index];

    private static ByteString Fingerprint(ECDsa key) => new(SHA384.HashData(key.ExportSubjectPublicKeyInfo()));
}
