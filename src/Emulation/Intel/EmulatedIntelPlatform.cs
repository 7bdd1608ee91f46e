using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Ait.Emulation.Hosts;

namespace Ait.Emulation.Intel;

/// <summary>One machine of the emulated Intel: its PCK and its quoting enclave with an attestation key. Writes quotes.</summary>
public sealed class EmulatedIntelPlatform : IDisposable
{
    /// <summary>Security versions of every component and of the PCE, as the PCK certificate states them.</summary>
    public const byte ComponentSvn = 5;
    public const int PceSvn = 13;

    private readonly ECDsa _pckKey;
    private readonly ECDsa _attestationKey;
    private readonly byte[][] _path;

    private EmulatedIntelPlatform(ECDsa pckKey, ECDsa attestationKey, byte[] ppid, byte[][] path)
    {
        _pckKey = pckKey;
        _attestationKey = attestationKey;
        _path = path;
        Ppid = ppid;
    }

    /// <summary>A machine with new keys, certified by the platform or the processor authority.</summary>
    public static EmulatedIntelPlatform Generate(EmulatedIntelVendor vendor, DateTimeOffset notBefore, int pckSerial, bool processor = false)
    {
        ArgumentNullException.ThrowIfNull(vendor);
        byte[] ppid = RandomNumberGenerator.GetBytes(16);
        var pckKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[]? instance = processor ? null : RandomNumberGenerator.GetBytes(16);
        byte[] pck = vendor.IssuePck(
            pckKey, pckSerial, processor, notBefore, SgxExtension.Write(ppid, Convert.FromHexString(EmulatedCollateral.DefaultFmspc), [0, 0], ComponentSvn, PceSvn, instance));
        return new EmulatedIntelPlatform(pckKey, ECDsa.Create(ECCurve.NamedCurves.nistP256), ppid, [pck, vendor.Authority(processor), vendor.Root]);
    }

    /// <summary>The platform's identity (PPID), 16 bytes.</summary>
    public byte[] Ppid { get; }

    /// <summary>PCK certificate, DER.</summary>
    public byte[] Pck => _path[0];

    /// <summary>The same machine with another attestation key, as after its quoting enclave was provisioned anew.</summary>
    public EmulatedIntelPlatform WithNewAttestationKey() => new(_pckKey, ECDsa.Create(ECCurve.NamedCurves.nistP256), Ppid, _path);

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

    public void Dispose()
    {
        _pckKey.Dispose();
        _attestationKey.Dispose();
    }

    /// <summary>The private scalar of the attestation key, for vectors whose readers sign for themselves.</summary>
    internal byte[] ExportScalar() => _attestationKey.ExportParameters(true).D!; // the key is private

    internal byte[] Export() => PemFile.Write([_pckKey, _attestationKey], _path);

    internal static EmulatedIntelPlatform Import(byte[] pem, byte[] ppid)
    {
        (ECDsa[] keys, byte[][] path) = PemFile.Read(pem, 2, 3);
        return new EmulatedIntelPlatform(keys[0], keys[1], ppid, path);
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
        var body = new byte[!long15 ? 584 : quote.BodyType == 3 ? 648 : 885];
        quote.TeeTcbSvn.CopyTo(body, 0);
        quote.MrSignerSeam.CopyTo(body, 64);
        quote.SeamAttributes.CopyTo(body, 112);
        BinaryPrimitives.WriteUInt64LittleEndian(body.AsSpan(120), quote.Attributes);
        quote.Measurement.CopyTo(body, 136);
        quote.RuntimeMeasurements.CopyTo(body, 328);
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
        ushort product = quote.QeIsvProdId ?? (quote.Tdx ? (ushort)2 : (ushort)1);
        byte[] enclave = Enclave(new byte[32], bound, quote.QeAttributes, quote.QeMiscSelect, quote.QeMrSigner, product, quote.QeIsvSvn);
        byte[] path = Encoding.ASCII.GetBytes(EmulatedIntelVendor.Pem(_path) + "\0");
        byte[] certification =
        [
            .. enclave, .. Sign(_pckKey, enclave), .. U16(authentication.Length), .. authentication, .. U16(5), .. U32(path.Length), .. path,
        ];
        byte[] signature = Sign(_attestationKey, signed);
        return quote.Version == 3
            ? [.. signature, .. key, .. certification]
            : [.. signature, .. key, .. U16(6), .. U32(certification.Length), .. certification];
    }

    private static byte[] Sign(ECDsa key, byte[] data) =>
        key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    private static byte[] U16(int value) => [(byte)value, (byte)(value >> 8)];

    private static byte[] U32(int value) => [(byte)value, (byte)(value >> 8), (byte)(value >> 16), (byte)(value >> 24)];
}
