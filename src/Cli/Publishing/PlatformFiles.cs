using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Publishing;

/// <summary>What the contracts need of an Intel platform, taken out of a quote and its collateral file. Nothing here has been checked.</summary>
internal sealed class PlatformFiles
{
    private const int CertificatesOfAQuote = 3;

    private PlatformFiles(ReadOnlyMemory<byte> quote, IReadOnlyList<byte[]> path, JsonElement collateral)
    {
        Quote = quote;
        Pck = path[0];
        Authority = path[1];
        Root = path[2];
        Signer = Certificates(Text(collateral, "tcb_info_issuer_chain"), "tcb_info_issuer_chain", 2)[0];
        RootList = Binary(collateral, "root_ca_crl");
        PckList = Binary(collateral, "pck_crl");
        TcbInfo = Encoding.UTF8.GetBytes(Text(collateral, "tcb_info"));
        TcbInfoSignature = Binary(collateral, "tcb_info_signature");
        QeIdentity = Encoding.UTF8.GetBytes(Text(collateral, "qe_identity"));
        QeIdentitySignature = Binary(collateral, "qe_identity_signature");
    }

    internal ReadOnlyMemory<byte> Quote { get; }

    internal ReadOnlyMemory<byte> Pck { get; }

    internal ReadOnlyMemory<byte> Authority { get; }

    internal ReadOnlyMemory<byte> Root { get; }

    internal ReadOnlyMemory<byte> Signer { get; }

    internal ReadOnlyMemory<byte> RootList { get; }

    internal ReadOnlyMemory<byte> PckList { get; }

    internal ReadOnlyMemory<byte> TcbInfo { get; }

    internal ReadOnlyMemory<byte> TcbInfoSignature { get; }

    internal ReadOnlyMemory<byte> QeIdentity { get; }

    internal ReadOnlyMemory<byte> QeIdentitySignature { get; }

    /// <summary>Takes a quote with its certificates as PEM, and a collateral file in the field names of common verifiers.</summary>
    internal static PlatformFiles Read(byte[] quote, byte[] collateral)
    {
        int pem = quote.AsSpan().IndexOf("-----BEGIN CERTIFICATE-----"u8);
        if (pem < 0)
        {
            throw new SurroundingsException("the quote holds no certificates. A quote of certification data type 5 was expected, as quoting services write it.");
        }

        IReadOnlyList<byte[]> path = Certificates(Encoding.Latin1.GetString(quote, pem, quote.Length - pem), "the quote", CertificatesOfAQuote);
        try
        {
            using JsonDocument document = JsonDocument.Parse(collateral);
            return new PlatformFiles(quote, path, document.RootElement.Clone());
        }
        catch (JsonException fault)
        {
            throw new SurroundingsException($"the collateral file is not JSON: {fault.Message}", fault);
        }
    }

    /// <summary>thisUpdate of a revocation list (RFC 5280 §5.1.2.4), in Unix seconds.</summary>
    internal static ulong IssuedAt(ReadOnlyMemory<byte> list)
    {
        try
        {
            AsnReader body = new AsnReader(list, AsnEncodingRules.DER).ReadSequence().ReadSequence();
            _ = body.ReadInteger();
            _ = body.ReadSequence();
            _ = body.ReadSequence();
            DateTimeOffset issued = body.PeekTag().TagValue == (int)UniversalTagNumber.UtcTime ? body.ReadUtcTime() : body.ReadGeneralizedTime();
            return (ulong)issued.ToUnixTimeSeconds();
        }
        catch (AsnContentException fault)
        {
            throw new SurroundingsException($"a revocation list in the collateral file cannot be read: {fault.Message}", fault);
        }
    }

    /// <summary>A field of TCB info or of a QE identity.</summary>
    internal static string Field(ReadOnlyMemory<byte> text, string name)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return Text(document.RootElement, name);
        }
        catch (JsonException fault)
        {
            throw new SurroundingsException($"signed text in the collateral file is not JSON: {fault.Message}", fault);
        }
    }

    /// <summary>A time in TCB info or in a QE identity, in Unix seconds.</summary>
    internal static ulong Time(ReadOnlyMemory<byte> text, string name) =>
        DateTimeOffset.TryParse(Field(text, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? (ulong)time.ToUnixTimeSeconds()
            : throw new SurroundingsException($"{name} in the collateral file is not a time: '{Field(text, name)}'.");

    private static List<byte[]> Certificates(string pem, string place, int least)
    {
        List<byte[]> found = [];
        ReadOnlySpan<char> rest = pem;
        while (PemEncoding.TryFind(rest, out PemFields fields))
        {
            found.Add(Convert.FromBase64String(rest[fields.Base64Data].ToString()));
            rest = rest[fields.Location.End..];
        }

        return found.Count >= least
            ? found
            : throw new SurroundingsException($"{place} holds {found.Count} certificates in PEM, expected {least}.");
    }

    private static byte[] Binary(JsonElement element, string name)
    {
        try
        {
            return Convert.FromHexString(Text(element, name));
        }
        catch (FormatException fault)
        {
            throw new SurroundingsException($"{name} in the collateral file is not hex: {fault.Message}", fault);
        }
    }

    private static string Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString() ?? ""
            : throw new SurroundingsException($"the collateral file lacks {name}. Fetch it again from Intel's provisioning service or a cache of it.");
}
