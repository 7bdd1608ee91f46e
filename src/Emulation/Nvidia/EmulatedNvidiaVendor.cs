using System.Security.Cryptography;
using System.Text;
using Ait.Emulation.Hosts;
using Ait.Emulation.X509;

namespace Ait.Emulation.Nvidia;

/// <summary>
/// An emulated NVIDIA: the authorities of its devices and the signers of its reference manifests, all P-384. Nothing it
/// signs is genuine.
/// </summary>
public sealed partial class EmulatedNvidiaVendor : IDisposable
{
    private const int DeviceRootIndex = 0;
    private const int IdentityIndex = 1;
    private const int ProvisionerIndex = 2;
    private const int ReferenceRootIndex = 3;
    private const int ProductIndex = 4;
    private const int ThirdLevelIndex = 5;
    private const int SignerIndex = 6;

    /// <summary>NVIDIA's device certificates never end.</summary>
    internal static readonly DateTimeOffset Never = new(9999, 12, 31, 23, 59, 59, TimeSpan.Zero);

    internal static readonly DateTimeOffset DevicesBegin = new(2022, 1, 12, 0, 0, 0, TimeSpan.Zero);

    private readonly ECDsa[] _keys;
    private readonly byte[][] _certificates;
    private readonly Dictionary<string, byte[][]> _authorities = [];
    private readonly DateTimeOffset _referencesBegin;

    /// <summary>New keys. The signers of reference manifests are certified from <paramref name="referencesBegin"/> to <paramref name="referencesEnd"/>.</summary>
    public EmulatedNvidiaVendor(DateTimeOffset referencesBegin, DateTimeOffset referencesEnd)
        : this([.. Enumerable.Range(0, 7).Select(_ => ECDsa.Create(ECCurve.NamedCurves.nistP384))], null, referencesBegin, referencesEnd)
    {
    }

    private EmulatedNvidiaVendor(ECDsa[] keys, byte[][]? certificates, DateTimeOffset referencesBegin, DateTimeOffset referencesEnd)
    {
        _keys = keys;
        _referencesBegin = referencesBegin;
        byte[] root = NvidiaNames.Authority(NvidiaNames.DeviceRoot);
        _certificates = certificates ??
        [
            Authority(root, root, [1], DeviceRootIndex, DeviceRootIndex, DevicesBegin, Never, ExtensionRecipes.Authority()),
            .. IssueAuthorities("GH100"),
            .. References(referencesEnd),
        ];
        _authorities["GH100"] = [_certificates[IdentityIndex], _certificates[ProvisionerIndex]];
    }

    /// <summary>Root certificate of device identities, DER.</summary>
    public byte[] DeviceRoot => _certificates[DeviceRootIndex];

    /// <summary>Root certificate of reference manifests, DER.</summary>
    public byte[] ReferenceRoot => _certificates[ReferenceRootIndex];

    /// <summary>What a verifier pins for devices: SHA-384 of the root's SubjectPublicKeyInfo.</summary>
    public byte[] DeviceRootFingerprint => Fingerprint(_keys[DeviceRootIndex]);

    /// <summary>What a verifier pins for reference manifests.</summary>
    public byte[] ReferenceRootFingerprint => Fingerprint(_keys[ReferenceRootIndex]);

    /// <summary>Certificates of the identity CA and of the provisioner CA of a chip, DER.</summary>
    public (byte[] Identity, byte[] Provisioner) Authorities(string chip)
    {
        if (!_authorities.TryGetValue(chip, out byte[][]? found))
        {
            _authorities[chip] = found = IssueAuthorities(chip);
        }

        return (found[0], found[1]);
    }

    /// <summary>A signed reference manifest, spelled as NVIDIA spells them.</summary>
    public byte[] Reference(EmulatedReference reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return SignReference(reference.Canonical(), reference.Sent);
    }

    /// <summary>
    /// Signs a manifest whose canonical form is <paramref name="canonical"/>. <paramref name="send"/> puts the signature
    /// element it is given into the manifest as it is sent.
    /// </summary>
    public byte[] SignReference(string canonical, Func<string, string> send)
    {
        ArgumentNullException.ThrowIfNull(send);
        string digest = Convert.ToBase64String(SHA384.HashData(Encoding.UTF8.GetBytes(canonical)));
        byte[] signature = _keys[SignerIndex].SignData(
            Encoding.UTF8.GetBytes(EmulatedReference.SignedInfo(digest, canonical: true)),
            HashAlgorithmName.SHA384,
            DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        string certificates = string.Concat(Enumerable.Range(0, 4).Select(level =>
            $"<ds:X509Certificate>{Convert.ToBase64String(_certificates[SignerIndex - level])}\n</ds:X509Certificate>"));
        string text = send(
            $"<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">{EmulatedReference.SignedInfo(digest, canonical: false)}"
            + $"<ds:SignatureValue>{Convert.ToBase64String(signature)}</ds:SignatureValue><ds:KeyInfo><ds:X509Data>{certificates}</ds:X509Data></ds:KeyInfo></ds:Signature>");
        return Encoding.UTF8.GetBytes(text);
    }

    /// <summary>A list of the device root, or of the identity CA of GH100.</summary>
    public byte[] RevocationList(bool ofRoot, DateTimeOffset thisUpdate, DateTimeOffset nextUpdate, params IReadOnlyList<byte[]> revokedSerials) =>
        EcdsaCertificateWriter.WriteRevocationList(
            NvidiaNames.Authority(ofRoot ? NvidiaNames.DeviceRoot : NvidiaNames.Identity("GH100")),
            thisUpdate, nextUpdate, revokedSerials, _keys[ofRoot ? DeviceRootIndex : IdentityIndex]);

    public void Dispose()
    {
        foreach (ECDsa key in _keys)
        {
            key.Dispose();
        }
    }

    internal ECDsa ProvisionerKey => _keys[ProvisionerIndex];

    internal byte[] Export() => PemFile.Write(_keys, _certificates);

    internal static EmulatedNvidiaVendor Import(byte[] pem)
    {
        (ECDsa[] keys, byte[][] certificates) = PemFile.Read(pem, 7, 7);
        return new EmulatedNvidiaVendor(keys, certificates, default, default);
    }

    private byte[][] IssueAuthorities(string chip)
    {
        byte[] identity = NvidiaNames.Authority(NvidiaNames.Identity(chip));
        return
        [
            Authority(
                identity, NvidiaNames.Authority(NvidiaNames.DeviceRoot), IdentitySerial(chip), IdentityIndex, DeviceRootIndex, DevicesBegin, Never, ExtensionRecipes.Authority(),
                "l1-root.crl"),
            Authority(
                NvidiaNames.AuthorityInCountry(NvidiaNames.Provisioner(chip)), identity, ProvisionerSerial(chip), ProvisionerIndex, IdentityIndex, DevicesBegin, Never,
                ExtensionRecipes.Authority(), $"l2-{chip.ToLowerInvariant()}.crl"),
        ];
    }

    /// <summary>Serial number of a chip's identity CA.</summary>
    public static byte[] IdentitySerial(string chip) => SHA256.HashData(Encoding.UTF8.GetBytes("identity " + chip))[..16];

    /// <summary>Serial number of a chip's provisioner CA.</summary>
    public static byte[] ProvisionerSerial(string chip) => SHA256.HashData(Encoding.UTF8.GetBytes("provisioner " + chip))[..16];

    private byte[][] References(DateTimeOffset end)
    {
        byte[] root = NvidiaNames.AuthorityInCountry(NvidiaNames.ReferenceRoot);
        byte[] product = NvidiaNames.AuthorityInCountry("NVIDIA Reference Value GH100 CA");
        byte[] third = NvidiaNames.AuthorityInCountry("NVIDIA Reference Value L3 GH100 001");
        return
        [
            Authority(root, root, [1], ReferenceRootIndex, ReferenceRootIndex, _referencesBegin, end.AddYears(20), ExtensionRecipes.Authority()),
            Authority(product, root, [2], ProductIndex, ReferenceRootIndex, _referencesBegin, end.AddYears(10), ExtensionRecipes.Authority(1)),
            Authority(third, product, [3], ThirdLevelIndex, ProductIndex, _referencesBegin, end.AddYears(1), ExtensionRecipes.Authority(0)),
            EcdsaCertificateWriter.Write(
                new EcdsaCertificateRecipe
                {
                    Serial = [4],
                    Issuer = third,
                    Subject = NvidiaNames.AuthorityInCountry("HCC RIM L4 Signer"),
                    NotBefore = _referencesBegin,
                    NotAfter = end,
                    PublicKey = _keys[SignerIndex].ExportSubjectPublicKeyInfo(),
                    Extensions =
                    [
                        ExtensionRecipes.SubjectKey(_keys[SignerIndex]), ExtensionRecipes.AuthorityKey(_keys[ThirdLevelIndex]),
                        ExtensionRecipes.NoAuthority, ExtensionRecipes.SignatureUsage,
                    ],
                },
                _keys[ThirdLevelIndex]),
        ];
    }

    private byte[] Authority(
        byte[] subject, byte[] issuer, byte[] serial, int key, int issuerKey, DateTimeOffset notBefore, DateTimeOffset notAfter, ExtensionRecipe constraints, string? list = null) =>
        EcdsaCertificateWriter.Write(
            new EcdsaCertificateRecipe
            {
                Serial = serial,
                Issuer = issuer,
                Subject = subject,
                NotBefore = notBefore,
                NotAfter = notAfter,
                PublicKey = _keys[key].ExportSubjectPublicKeyInfo(),
                Extensions =
                [
                    constraints,
                    ExtensionRecipes.AuthorityUsage,
                    .. list is null ? (ExtensionRecipe[])[] :
                    [
                        ExtensionRecipes.DistributionPoint($"http://ait.emu.invalid/crl/{list}"), ExtensionRecipes.Responder("http://ait.emu.invalid/ocsp"),
                    ],
                    ExtensionRecipes.SubjectKey(_keys[key]),
                    ExtensionRecipes.AuthorityKey(_keys[issuerKey]),
                ],
            },
            _keys[issuerKey]);

    private static byte[] Fingerprint(ECDsa key) => SHA384.HashData(key.ExportSubjectPublicKeyInfo());
}
