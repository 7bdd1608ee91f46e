using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Ait.Attestation.Dcap;

namespace Ait.Attestation.Tests.Dcap.Differential;

/// <summary>Evidence as a contract takes it, piece by piece, and back again as this room takes it.</summary>
internal sealed class DcapPieces
{
    internal const int Root = 0;
    internal const int RootList = 1;
    internal const int Authority = 2;
    internal const int PckList = 3;
    internal const int Signer = 4;
    internal const int TcbInfo = 5;
    internal const int TcbInfoSignature = 6;
    internal const int QeIdentity = 7;
    internal const int QeIdentitySignature = 8;
    internal const int Pck = 9;
    internal const int Quote = 10;

    private readonly byte[][] _items;

    private DcapPieces(byte[][] items) => _items = items;

    internal IReadOnlyList<byte[]> Items => _items;

    /// <summary>Where the authentication data of the quote end: what follows are certificates, which nobody signed as a part of it.</summary>
    internal int AuthenticationEnd => EndOf(_items[Quote]);

    internal static DcapPieces Split(byte[] quote, byte[] collateral)
    {
        JsonNode json = JsonNode.Parse(collateral)!;
        string Text(string name) => json[name]!.GetValue<string>();
        byte[] Hex(string name) => Convert.FromHexString(Text(name));
        int pem = quote.AsSpan().IndexOf("-----BEGIN"u8);
        List<byte[]> path = Decode(Encoding.ASCII.GetString(quote, pem, quote.Length - pem));
        return new DcapPieces(
        [
            path[2], Hex("root_ca_crl"), path[1], Hex("pck_crl"), Decode(Text("tcb_info_issuer_chain"))[0],
            Encoding.UTF8.GetBytes(Text("tcb_info")), Hex("tcb_info_signature"),
            Encoding.UTF8.GetBytes(Text("qe_identity")), Hex("qe_identity_signature"), path[0], quote,
        ]);
    }

    internal DcapPieces With(int piece, byte[] value)
    {
        byte[][] items = [.. _items];
        items[piece] = value;
        bool certificate = piece is Root or Authority or Pck;
        if (certificate)
        {
            items[Quote] = Recertify(items[Quote], Pem(items[Pck], items[Authority], items[Root]));
        }

        return new DcapPieces(items);
    }

    internal Verdict Judge(TrustRoots roots, DcapPolicy policy, DateTimeOffset at, CertificateCache? cache)
    {
        string signer = Pem(_items[Signer], _items[Root]);
        var json = new JsonObject
        {
            ["pck_crl_issuer_chain"] = Pem(_items[Authority], _items[Root]),
            ["root_ca_crl"] = Convert.ToHexStringLower(_items[RootList]),
            ["pck_crl"] = Convert.ToHexStringLower(_items[PckList]),
            ["tcb_info_issuer_chain"] = signer,
            ["tcb_info"] = Encoding.UTF8.GetString(_items[TcbInfo]),
            ["tcb_info_signature"] = Convert.ToHexStringLower(_items[TcbInfoSignature]),
            ["qe_identity_issuer_chain"] = signer,
            ["qe_identity"] = Encoding.UTF8.GetString(_items[QeIdentity]),
            ["qe_identity_signature"] = Convert.ToHexStringLower(_items[QeIdentitySignature]),
        };
        Assert.True(
            DcapCollateral.TryParse(Encoding.UTF8.GetBytes(json.ToJsonString()), out DcapCollateral? collateral, out RefusalReason? refusal), $"{refusal}");
        return DcapVerifier.Verify(new DcapEvidence { Quote = _items[Quote], Collateral = collateral }, roots, policy, at, cache);
    }

    private static int EndOf(byte[] quote)
    {
        int qeReport = SignatureStart(quote) + 128 + (Version(quote) == 3 ? 0 : 6);
        return qeReport + 450 + BinaryPrimitives.ReadUInt16LittleEndian(quote.AsSpan(qeReport + 448));
    }

    private static int Version(byte[] quote) => BinaryPrimitives.ReadUInt16LittleEndian(quote);

    private static int SignatureStart(byte[] quote)
    {
        bool enclave = BinaryPrimitives.ReadUInt32LittleEndian(quote.AsSpan(4)) == 0;
        return Version(quote) == 5 ? 58 + BinaryPrimitives.ReadInt32LittleEndian(quote.AsSpan(50)) : 52 + (enclave ? 384 : 584);
    }

    /// <summary>The same quote with another certificate path; the lengths around it are nobody's secret.</summary>
    private static byte[] Recertify(byte[] quote, string pem)
    {
        byte[] path = Encoding.ASCII.GetBytes(pem);
        int end = EndOf(quote);
        int start = SignatureStart(quote);
        byte[] whole = [.. quote.AsSpan(0, end), 5, 0, .. new byte[4], .. path];
        BinaryPrimitives.WriteInt32LittleEndian(whole.AsSpan(end + 2), path.Length);
        BinaryPrimitives.WriteInt32LittleEndian(whole.AsSpan(start - 4), whole.Length - start);
        if (Version(quote) != 3)
        {
            BinaryPrimitives.WriteInt32LittleEndian(whole.AsSpan(start + 130), whole.Length - start - 134);
        }

        return whole;
    }

    private static List<byte[]> Decode(string pem)
    {
        List<byte[]> found = [];
        ReadOnlySpan<char> rest = pem;
        while (PemEncoding.TryFind(rest, out PemFields fields))
        {
            found.Add(Convert.FromBase64String(rest[fields.Base64Data].ToString()));
            rest = rest[fields.Location.End..];
        }

        return found;
    }

    private static string Pem(params byte[][] certificates) =>
        string.Join('\n', certificates.Select(der => PemEncoding.WriteString("CERTIFICATE", der))) + "\n";
}
