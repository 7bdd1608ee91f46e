using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ait.Emulation.Hosts;

namespace Ait.Emulation.Intel;

/// <summary>
/// An emulated Intel: root, PCK authority, TCB signing, and one platform with its PCK and attestation keys. Writes
/// quotes and collateral of DCAP's formats. Nothing it signs is genuine.
/// </summary>
public sealed class EmulatedIntelVendor : IDisposable
{
    public const int AuthoritySerial = 2;
    public const int SigningSerial = 3;
    public const int PckSerial = 4;

    private const string RootName = "Intel SGX Root CA";
    private const string AuthorityName = "Intel SGX PCK Platform CA";

    private readonly ECDsa _rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _signingKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _pckKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _attestationKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly byte[] _root;
    private readonly byte[] _authority;
    private readonly byte[] _signing;
    private readonly byte[] _pck;

    public EmulatedIntelVendor(DateTimeOffset notBefore)
    {
        DateTimeOffset notAfter = notBefore.AddYears(7);
        byte[] fields = IntelCertificates.SgxFields(Ppid, [0x90, 0xC0, 0x6F, 0, 0, 0], [0, 0], 5, 13);
        _root = IntelCertificates.Write(RootName, RootName, 1, notBefore, notAfter, _rootKey, _rootKey, 1, null);
        _authority = IntelCertificates.Write(AuthorityName, RootName, AuthoritySerial, notBefore, notAfter, _authorityKey, _rootKey, 0, null);
        _signing = IntelCertificates.Write("Intel SGX TCB Signing", RootName, SigningSerial, notBefore, notAfter, _signingKey, _rootKey, null, null);
        _pck = IntelCertificates.Write("Intel SGX PCK Certificate", AuthorityName, PckSerial, notBefore, notAfter, _pckKey, _authorityKey, null, fields);
    }

    /// <summary>What a verifier pins: SHA-384 of the root's SubjectPublicKeyInfo.</summary>
    public byte[] RootFingerprint => SHA384.HashData(_rootKey.ExportSubjectPublicKeyInfo());

    /// <summary>The platform's identity.</summary>
    public byte[] Ppid { get; } = RandomNumberGenerator.GetBytes(16);

    /// <summary>A signed quote.</summary>
    public byte[] Quote(EmulatedQuote quote)
    {
        ArgumentNullException.ThrowIfNull(quote);
        List<byte> signed = [.. Header(quote)];
        byte[] body = quote.Tdx ? TrustDomain(quote) : Enclave(quote.Measurement, quote.ReportData, (byte)quote.Attributes, 0, 0xDC, 0, 0);
        if (quote.Version == 5)
        {
            signed.AddRange([.. U16(quote.Tdx ? quote.BodyType : 1), .. U32(body.Length)]);
        }

        signed.AddRange(body);
        byte[] data = SignatureData(quote, [.. signed]);
        byte[] padding = [.. Enumerable.Repeat((byte)'x', quote.Padding)];
        return [.. signed, .. U32(data.Length), .. data, .. padding];
    }

    /// <summary>The collateral file of the platform.</summary>
    public byte[] Collateral(EmulatedCollateral collateral)
    {
        ArgumentNullException.ThrowIfNull(collateral);
        string tcbInfo = TcbInfo(collateral);
        string identity = QeIdentity(collateral);
        byte[] rootList = IntelCertificates.WriteList(RootName, collateral.IssueDate, collateral.NextUpdate, collateral.RevokedByRoot, _rootKey);
        byte[] pckList = IntelCertificates.WriteList(AuthorityName, collateral.IssueDate, collateral.NextUpdate, collateral.RevokedByAuthority, _authorityKey);
        return EmulationStore.Json(json =>
        {
            json.WriteStartObject();
            json.WriteString("pck_crl_issuer_chain", Pem(_authority, _root));
            json.WriteString("root_ca_crl", Convert.ToHexStringLower(rootList));
            json.WriteString("pck_crl", Convert.ToHexStringLower(pckList));
            json.WriteString("tcb_info_issuer_chain", Pem(_signing, _root));
            json.WriteString("tcb_info", tcbInfo);
            json.WriteString("tcb_info_signature", SignText(tcbInfo));
            json.WriteString("qe_identity_issuer_chain", Pem(_signing, _root));
            json.WriteString("qe_identity", identity);
            json.WriteString("qe_identity_signature", SignText(identity));
            json.WriteEndObject();
        });
    }

    public void Dispose()
    {
        _rootKey.Dispose();
        _authorityKey.Dispose();
        _signingKey.Dispose();
        _pckKey.Dispose();
        _attestationKey.Dispose();
    }

    private static byte[] Header(EmulatedQuote quote)
    {
        byte[] vendor = Convert.FromHexString("939a7233f79c4ca9940a0db3957f0607");
        vendor[0] ^= quote.ForeignVendor ? (byte)1 : (byte)0;
        int tee = quote.TeeType ?? (quote.Tdx ? 0x81 : 0);
        return [.. U16(quote.Version), .. U16(quote.KeyType), .. U32(tee), .. new byte[4], .. vendor, .. new byte[20]];
    }

    private static byte[] TrustDomain(EmulatedQuote quote)
    {
        bool long15 = quote.Version == 5 && quote.BodyType >= 3;
        var body = new byte[long15 ? 648 : 584];
        quote.TeeTcbSvn.CopyTo(body, 0);
        quote.MrSignerSeam.CopyTo(body, 64);
        quote.SeamAttributes.CopyTo(body, 112);
        BinaryPrimitives.WriteUInt64LittleEndian(body.AsSpan(120), quote.Attributes);
        quote.Measurement.CopyTo(body, 136);
        quote.ReportData.CopyTo(body, 520);
        if (long15)
        {
            quote.CurrentTeeTcbSvn.CopyTo(body, 584);
            quote.MrServiceTd.CopyTo(body, 600);
        }

        return body;
    }

    private static byte[] Enclave(byte[] measurement, byte[] reportData, byte attributes, byte misc, byte signer, ushort prodId, ushort svn)
    {
        var body = new byte[384];
        body[16] = misc;
        body[48] = attributes;
        measurement.AsSpan(0, 32).CopyTo(body.AsSpan(64));
        body.AsSpan(128, 32).Fill(signer);
        U16(prodId).CopyTo(body, 256);
        U16(svn).CopyTo(body, 258);
        reportData.CopyTo(body, 320);
        return body;
    }

    private byte[] SignatureData(EmulatedQuote quote, byte[] signed)
    {
        ECParameters point = _attestationKey.ExportParameters(false);
        byte[] key = [.. point.Q.X!, .. point.Q.Y!]; // a public key has both
        byte[] authentication = [.. Enumerable.Range(0, 32).Select(value => (byte)value)];
        byte[] bound = [.. SHA256.HashData([.. key, .. authentication]), .. new byte[32]];
        bound[0] ^= quote.BreaksBinding ? (byte)1 : (byte)0;
        byte[] enclave = Enclave(new byte[32], bound, quote.QeAttributes, quote.QeMiscSelect, quote.QeMrSigner, quote.QeIsvProdId, quote.QeIsvSvn);
        byte[] path = Encoding.ASCII.GetBytes(Pem(_pck, _authority, _root) + "\0");
        byte[] certification =
        [
            .. enclave, .. Sign(_pckKey, enclave), .. U16(authentication.Length), .. authentication, .. U16(5), .. U32(path.Length), .. path,
        ];
        byte[] signature = Sign(_attestationKey, signed);
        return quote.Version == 3
            ? [.. signature, .. key, .. certification]
            : [.. signature, .. key, .. U16(6), .. U32(certification.Length), .. certification];
    }

    private static string TcbInfo(EmulatedCollateral collateral)
    {
        bool tdx = collateral.TcbId == "TDX";
        string zeros48 = new('0', 96);
        return Text(json =>
        {
            json.WriteStartObject();
            json.WriteString("id", collateral.TcbId);
            json.WriteNumber("version", 3);
            json.WriteString("issueDate", Time(collateral.IssueDate));
            json.WriteString("nextUpdate", Time(collateral.NextUpdate));
            json.WriteString("fmspc", collateral.Fmspc);
            json.WriteString("pceId", collateral.PceId);
            json.WriteNumber("tcbType", 0);
            json.WriteNumber("tcbEvaluationDataNumber", collateral.EvaluationNumber);
            if (tdx)
            {
                json.WriteStartObject("tdxModule");
                Module(json, zeros48);
                json.WriteEndObject();
                json.WriteStartArray("tdxModuleIdentities");
                json.WriteStartObject();
                json.WriteString("id", "TDX_01");
                Module(json, zeros48);
                SvnLevels(json, collateral.ModuleIsvSvn, collateral.ModuleStatus);
                json.WriteEndObject();
                json.WriteEndArray();
            }

            json.WriteStartArray("tcbLevels");
            json.WriteStartObject();
            json.WriteStartObject("tcb");
            Components(json, "sgxtcbcomponents", [.. Enumerable.Repeat(collateral.SgxSvn, 16)]);
            json.WriteNumber("pcesvn", collateral.PceSvn);
            if (tdx)
            {
                Components(json, "tdxtcbcomponents", collateral.TdxSvn);
            }

            json.WriteEndObject();
            json.WriteString("tcbDate", "2024-03-13T00:00:00Z");
            json.WriteString("tcbStatus", collateral.PlatformStatus);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static void Module(Utf8JsonWriter json, string signer)
    {
        json.WriteString("mrsigner", signer);
        json.WriteString("attributes", "0000000000000000");
        json.WriteString("attributesMask", "FFFFFFFFFFFFFFFF");
    }

    private static void Components(Utf8JsonWriter json, string name, int[] levels)
    {
        json.WriteStartArray(name);
        foreach (int level in levels)
        {
            json.WriteStartObject();
            json.WriteNumber("svn", level);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string QeIdentity(EmulatedCollateral collateral) => Text(json =>
    {
        json.WriteStartObject();
        json.WriteString("id", collateral.QeId);
        json.WriteNumber("version", 2);
        json.WriteString("issueDate", Time(collateral.IssueDate));
        json.WriteString("nextUpdate", Time(collateral.NextUpdate));
        json.WriteNumber("tcbEvaluationDataNumber", collateral.EvaluationNumber);
        json.WriteString("miscselect", "00000000");
        json.WriteString("miscselectMask", "FFFFFFFF");
        json.WriteString("attributes", "11000000000000000000000000000000");
        json.WriteString("attributesMask", "FBFFFFFFFFFFFFFF0000000000000000");
        json.WriteString("mrsigner", string.Concat(Enumerable.Repeat("DC", 32)));
        json.WriteNumber("isvprodid", 2);
        SvnLevels(json, collateral.QeIsvSvn, collateral.QeStatus);
        json.WriteEndObject();
    });

    private static void SvnLevels(Utf8JsonWriter json, int svn, string status)
    {
        json.WriteStartArray("tcbLevels");
        json.WriteStartObject();
        json.WriteStartObject("tcb");
        json.WriteNumber("isvsvn", svn);
        json.WriteEndObject();
        json.WriteString("tcbDate", "2024-03-13T00:00:00Z");
        json.WriteString("tcbStatus", status);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private string SignText(string text) => Convert.ToHexStringLower(Sign(_signingKey, Encoding.UTF8.GetBytes(text)));

    private static byte[] Sign(ECDsa key, byte[] data) =>
        key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    private static string Text(Action<Utf8JsonWriter> write) => Encoding.UTF8.GetString(EmulationStore.Json(write));

    private static string Time(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);

    private static string Pem(params byte[][] certificates) =>
        string.Join('\n', certificates.Select(der => PemEncoding.WriteString("CERTIFICATE", der))) + "\n";

    private static byte[] U16(int value) => [(byte)value, (byte)(value >> 8)];

    private static byte[] U32(int value) => [(byte)value, (byte)(value >> 8), (byte)(value >> 16), (byte)(value >> 24)];
}
