using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Ait.Emulation.Hosts;
using Ait.Emulation.X509;

namespace Ait.Emulation.Intel;

/// <summary>
/// An emulated Intel: root, the two PCK authorities and TCB signing. Certifies platforms and publishes collateral of
/// DCAP's formats. Nothing it signs is genuine.
/// </summary>
public sealed class EmulatedIntelVendor : IDisposable
{
    public const int PlatformAuthoritySerial = 2;
    public const int SigningSerial = 3;
    public const int ProcessorAuthoritySerial = 5;

    private const int RootIndex = 0;
    private const int PlatformIndex = 1;
    private const int ProcessorIndex = 2;
    private const int SigningIndex = 3;

    private readonly ECDsa[] _keys;
    private readonly byte[][] _certificates;

    /// <summary>New keys, certified from <paramref name="notBefore"/> on: the root for 23 years, the authorities for 15, signing for 7.</summary>
    public EmulatedIntelVendor(DateTimeOffset notBefore)
    {
        _keys = [.. Enumerable.Range(0, 4).Select(_ => ECDsa.Create(ECCurve.NamedCurves.nistP256))];
        byte[] Issue(string subject, int serial, int key, int years, params ExtensionRecipe[] ending) => EcdsaCertificateWriter.Write(
            Recipe(subject, IntelNames.Root, Serial(serial), notBefore, years, _keys[key], _keys[RootIndex], "IntelSGXRootCA.der", ending), _keys[RootIndex]);
        _certificates =
        [
            Issue(IntelNames.Root, 1, RootIndex, 23, ExtensionRecipes.AuthorityUsage, ExtensionRecipes.Authority(1)),
            Issue(IntelNames.PlatformAuthority, PlatformAuthoritySerial, PlatformIndex, 15, ExtensionRecipes.AuthorityUsage, ExtensionRecipes.Authority(0)),
            Issue(IntelNames.ProcessorAuthority, ProcessorAuthoritySerial, ProcessorIndex, 15, ExtensionRecipes.AuthorityUsage, ExtensionRecipes.Authority(0)),
            Issue(IntelNames.Signing, SigningSerial, SigningIndex, 7, ExtensionRecipes.PckUsage, ExtensionRecipes.NoAuthority),
        ];
    }

    private EmulatedIntelVendor(ECDsa[] keys, byte[][] certificates)
    {
        _keys = keys;
        _certificates = certificates;
    }

    /// <summary>Root certificate, DER.</summary>
    public byte[] Root => _certificates[RootIndex];

    /// <summary>Certificate of TCB signing, DER.</summary>
    public byte[] Signing => _certificates[SigningIndex];

    /// <summary>What a verifier pins: SHA-384 of the root's SubjectPublicKeyInfo.</summary>
    public byte[] RootFingerprint => SHA384.HashData(_keys[RootIndex].ExportSubjectPublicKeyInfo());

    /// <summary>Certificate of the PCK authority, DER: of processors, or of platforms.</summary>
    public byte[] Authority(bool processor) => _certificates[processor ? ProcessorIndex : PlatformIndex];

    /// <summary>The collateral file of a platform, signed: Intel's parts under the field names of common verifiers.</summary>
    public byte[] Collateral(EmulatedCollateral collateral)
    {
        ArgumentNullException.ThrowIfNull(collateral);
        string tcbInfo = CollateralText.TcbInfo(collateral);
        string identity = CollateralText.QeIdentity(collateral);
        string authority = collateral.ProcessorAuthority ? IntelNames.ProcessorAuthority : IntelNames.PlatformAuthority;
        byte[] rootList = List(IntelNames.Root, collateral, collateral.RevokedByRoot, RootIndex);
        byte[] pckList = List(authority, collateral, collateral.RevokedByAuthority, collateral.ProcessorAuthority ? ProcessorIndex : PlatformIndex);
        return EmulationStore.Json(json =>
        {
            json.WriteStartObject();
            json.WriteString("pck_crl_issuer_chain", Pem(Authority(collateral.ProcessorAuthority), Root));
            json.WriteString("root_ca_crl", Convert.ToHexStringLower(rootList));
            json.WriteString("pck_crl", Convert.ToHexStringLower(pckList));
            json.WriteString("tcb_info_issuer_chain", Pem(Signing, Root));
            json.WriteString("tcb_info", tcbInfo);
            json.WriteString("tcb_info_signature", SignText(tcbInfo));
            json.WriteString("qe_identity_issuer_chain", Pem(Signing, Root));
            json.WriteString("qe_identity", identity);
            json.WriteString("qe_identity_signature", SignText(identity));
            json.WriteEndObject();
        });
    }

    /// <summary>A revocation list by the root, or by the platform authority.</summary>
    public byte[] RevocationList(bool ofRoot, EmulatedCollateral dates, params IReadOnlyList<int> serials)
    {
        ArgumentNullException.ThrowIfNull(dates);
        return List(ofRoot ? IntelNames.Root : IntelNames.PlatformAuthority, dates, serials, ofRoot ? RootIndex : PlatformIndex);
    }

    public void Dispose()
    {
        foreach (ECDsa key in _keys)
        {
            key.Dispose();
        }
    }

    /// <summary>A PCK certificate, which lives seven years.</summary>
    internal byte[] IssuePck(ECDsa key, int serial, bool processor, DateTimeOffset notBefore, ExtensionRecipe sgx)
    {
        ECDsa authority = _keys[processor ? ProcessorIndex : PlatformIndex];
        string name = processor ? IntelNames.ProcessorAuthority : IntelNames.PlatformAuthority;
        return EcdsaCertificateWriter.Write(
            Recipe(
                IntelNames.Pck, name, Serial(serial), notBefore, 7, key, authority, $"pckcrl?ca={(processor ? "processor" : "platform")}&encoding=der",
                ExtensionRecipes.PckUsage, ExtensionRecipes.NoAuthority, sgx),
            authority);
    }

    internal static string Pem(params byte[][] certificates) =>
        string.Join('\n', certificates.Select(der => PemEncoding.WriteString("CERTIFICATE", der))) + "\n";

    internal byte[] Export() => PemFile.Write(_keys, _certificates);

    internal static EmulatedIntelVendor Import(byte[] pem)
    {
        (ECDsa[] keys, byte[][] certificates) = PemFile.Read(pem, 4, 4);
        return new EmulatedIntelVendor(keys, certificates);
    }

    private static EcdsaCertificateRecipe Recipe(
        string subject, string issuer, byte[] serial, DateTimeOffset notBefore, int years, ECDsa key, ECDsa issuerKey, string list, params ExtensionRecipe[] ending) => new()
        {
            Serial = serial,
            Issuer = IntelNames.Encode(issuer),
            Subject = IntelNames.Encode(subject),
            NotBefore = notBefore,
            NotAfter = notBefore.AddYears(years),
            PublicKey = key.ExportSubjectPublicKeyInfo(),
            Extensions =
            [
                ExtensionRecipes.AuthorityKey(issuerKey),
                ExtensionRecipes.DistributionPoint($"https://ait.emu.invalid/sgx/certification/v4/{list}"),
                ExtensionRecipes.SubjectKey(key),
                .. ending,
            ],
        };

    private byte[] List(string issuer, EmulatedCollateral collateral, IReadOnlyList<int> serials, int key) => EcdsaCertificateWriter.WriteRevocationList(
        IntelNames.Encode(issuer), collateral.IssueDate, collateral.NextUpdate, [.. serials.Select(Serial)], _keys[key]);

    private string SignText(string text) => Convert.ToHexStringLower(
        _keys[SigningIndex].SignData(Encoding.UTF8.GetBytes(text), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));

    private static byte[] Serial(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        ReadOnlySpan<byte> trimmed = bytes.AsSpan().TrimStart((byte)0);
        return trimmed.IsEmpty ? [0] : trimmed.ToArray();
    }
}
