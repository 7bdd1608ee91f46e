using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Ait.Audit.Evidencing;

/// <summary>Intel's collateral in the one form in which its verifier reads it, put together from what is on chain.</summary>
internal static class IntelCollateralJson
{
    internal static byte[] Write(
        ImmutableArray<ReadOnlyMemory<byte>> authority,
        ReadOnlyMemory<byte> rootList,
        ReadOnlyMemory<byte> pckList,
        ImmutableArray<ReadOnlyMemory<byte>> infoSigner,
        SignedText info,
        ImmutableArray<ReadOnlyMemory<byte>> identitySigner,
        SignedText identity)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("pck_crl_issuer_chain", Pem(authority));
            json.WriteString("root_ca_crl", Convert.ToHexStringLower(rootList.Span));
            json.WriteString("pck_crl", Convert.ToHexStringLower(pckList.Span));
            json.WriteString("tcb_info_issuer_chain", Pem(infoSigner));
            json.WriteString("tcb_info", info.Json.Span);
            json.WriteString("tcb_info_signature", Convert.ToHexStringLower(info.Signature));
            json.WriteString("qe_identity_issuer_chain", Pem(identitySigner));
            json.WriteString("qe_identity", identity.Json.Span);
            json.WriteString("qe_identity_signature", Convert.ToHexStringLower(identity.Signature));
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static string Pem(ImmutableArray<ReadOnlyMemory<byte>> path)
    {
        var text = new StringBuilder();
        foreach (ReadOnlyMemory<byte> certificate in path)
        {
            text.Append(PemEncoding.Write("CERTIFICATE", certificate.Span)).Append('\n');
        }

        return text.ToString();
    }
}
