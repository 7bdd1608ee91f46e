using System.Security.Cryptography;
using Ait.Emulation.Hosts;
using Ait.Emulation.X509;

namespace Ait.Emulation.Nvidia;

/// <summary>One physical GPU: the device key in its boot ROM and the attestation key of its firmware.</summary>
public sealed class EmulatedNvidiaGpu : IDisposable
{
    private static readonly DateTimeOffset s_begin = new(2020, 10, 17, 0, 0, 0, TimeSpan.Zero);

    private readonly EmulatedNvidiaVendor _vendor;
    private readonly ECDsa _deviceKey;
    private readonly ECDsa _attestationKey;

    private EmulatedNvidiaGpu(EmulatedNvidiaVendor vendor, ECDsa deviceKey, ECDsa attestationKey)
    {
        _vendor = vendor;
        _deviceKey = deviceKey;
        _attestationKey = attestationKey;
    }

    /// <summary>A GPU with new keys.</summary>
    public static EmulatedNvidiaGpu Generate(EmulatedNvidiaVendor vendor) =>
        new(vendor, ECDsa.Create(ECCurve.NamedCurves.nistP384), ECDsa.Create(ECCurve.NamedCurves.nistP384));

    /// <summary>SubjectPublicKeyInfo (DER) of the device key: the GPU's identity, which firmware updates keep.</summary>
    public byte[] DeviceKey => _deviceKey.ExportSubjectPublicKeyInfo();

    /// <summary>Serial number of the device certificate: nine bytes that begin with 0x41.</summary>
    public byte[] DeviceSerial => [0x41, .. SHA256.HashData(DeviceKey)[..8]];

    /// <summary>The same GPU after an update of its firmware: another attestation key under the same device key.</summary>
    public EmulatedNvidiaGpu WithNewFirmware() => new(_vendor, _deviceKey, ECDsa.Create(ECCurve.NamedCurves.nistP384));

    /// <summary>Request and response with the GPU's signature.</summary>
    public byte[] Report(EmulatedGpuReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        byte[] unsigned = report.Unsigned();
        return [.. unsigned, .. _attestationKey.SignData(unsigned, HashAlgorithmName.SHA384, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)];
    }

    /// <summary>The five certificates of the GPU as this report describes it, leaf first.</summary>
    public byte[][] Certify(EmulatedGpuReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        (byte[] identity, byte[] provisioner) = _vendor.Authorities(report.Chip);
        byte[] deviceName = NvidiaNames.Device($"{report.Chip} A01 {report.Unit} BROM", DeviceSerial);
        byte[] leafSerial = SHA256.HashData(_attestationKey.ExportSubjectPublicKeyInfo())[..20];
        leafSerial[0] = (byte)((leafSerial[0] & 0x7F) | 0x40);
        byte[] device = EcdsaCertificateWriter.Write(
            new EcdsaCertificateRecipe
            {
                Serial = DeviceSerial,
                Issuer = NvidiaNames.AuthorityInCountry(NvidiaNames.Provisioner(report.Chip)),
                Subject = deviceName,
                NotBefore = s_begin,
                NotAfter = EmulatedNvidiaVendor.Never,
                PublicKey = DeviceKey,
                Extensions =
                [
                    ExtensionRecipes.Authority(), ExtensionRecipes.CertificateSignUsage,
                    ExtensionRecipes.SubjectKey(_deviceKey), ExtensionRecipes.AuthorityKey(_vendor.ProvisionerKey),
                ],
            },
            _vendor.ProvisionerKey);
        byte[] leaf = EcdsaCertificateWriter.Write(
            new EcdsaCertificateRecipe
            {
                Serial = leafSerial,
                Issuer = deviceName,
                Subject = NvidiaNames.Device($"{report.Chip} A01 {report.Unit} FMC LF", leafSerial),
                NotBefore = s_begin,
                NotAfter = EmulatedNvidiaVendor.Never,
                PublicKey = _attestationKey.ExportSubjectPublicKeyInfo(),
                Extensions =
                [
                    ExtensionRecipes.SignatureUsage, ExtensionRecipes.SubjectKey(_attestationKey), ExtensionRecipes.AuthorityKey(_deviceKey),
                    FirmwareExtensions.Of(report, DeviceKey),
                ],
            },
            _deviceKey);
        return [leaf, device, provisioner, identity, _vendor.DeviceRoot];
    }

    public void Dispose()
    {
        _deviceKey.Dispose();
        _attestationKey.Dispose();
    }

    /// <summary>The private scalar of the attestation key, for vectors whose readers sign for themselves.</summary>
    internal byte[] ExportScalar() => _attestationKey.ExportParameters(true).D!; // the key is private

    /// <summary>Both keys, and the two certificates that are this GPU's own.</summary>
    internal byte[] Export() => PemFile.Write([_deviceKey, _attestationKey], Certify(new EmulatedGpuReport())[..2]);

    internal static (EmulatedNvidiaGpu Gpu, byte[][] Certificates) Import(EmulatedNvidiaVendor vendor, byte[] pem)
    {
        (ECDsa[] keys, byte[][] own) = PemFile.Read(pem, 2, 2);
        (byte[] identity, byte[] provisioner) = vendor.Authorities("GH100");
        return (new EmulatedNvidiaGpu(vendor, keys[0], keys[1]), [.. own, provisioner, identity, vendor.DeviceRoot]);
    }
}
