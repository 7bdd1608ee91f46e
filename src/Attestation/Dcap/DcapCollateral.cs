using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Ait.Attestation.Manifest;
using Ait.Attestation.X509;

namespace Ait.Attestation.Dcap;

/// <summary>
/// What Intel publishes beside a quote, in the field names of common verifiers: issuer chains as PEM, revocation
/// lists as DER in hex, signed JSON as the exact text, signatures as r‖s in hex.
/// </summary>
public sealed class DcapCollateral
{
    /// <summary>Longest accepted file in bytes.</summary>
    public const int MaxLength = 1024 * 1024;

    private Dcap.TcbInfo? _tcbInfo;
    private Dcap.QeIdentity? _qeIdentity;

    private DcapCollateral(
        IReadOnlyList<ReadOnlyMemory<byte>> pckIssuerChain,
        ReadOnlyMemory<byte> rootRevocationList,
        ReadOnlyMemory<byte> pckRevocationList,
        SignedJson tcbInfo,
        SignedJson qeIdentity)
    {
        PckIssuerChain = pckIssuerChain;
        RootRevocationList = rootRevocationList;
        PckRevocationList = pckRevocationList;
        TcbInfo = tcbInfo;
        QeIdentity = qeIdentity;
    }

    internal IReadOnlyList<ReadOnlyMemory<byte>> PckIssuerChain { get; }

    internal ReadOnlyMemory<byte> RootRevocationList { get; }

    internal ReadOnlyMemory<byte> PckRevocationList { get; }

    internal SignedJson TcbInfo { get; }

    internal SignedJson QeIdentity { get; }

    /// <summary>Reads a collateral file.</summary>
    public static bool TryParse(
        ReadOnlyMemory<byte> json,
        [NotNullWhen(true)] out DcapCollateral? collateral,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        collateral = null;
        JsonElement root;
        try
        {
            if (json.Length > MaxLength)
            {
                refusal = Malformed("collateral", $"at most {MaxLength} bytes", $"{json.Length} bytes");
                return false;
            }

            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8 });
            root = document.RootElement.Clone();
        }
        catch (JsonException problem)
        {
            refusal = Malformed("collateral", "JSON", problem.Message);
            return false;
        }

        if (root.ValueKind != JsonValueKind.Object || JsonShape.FindDuplicate(root) is not null)
        {
            refusal = Malformed("collateral", "an object without repeated names", $"{root.ValueKind}");
            return false;
        }

        if (!TryChain(root, "pck_crl_issuer_chain", out List<ReadOnlyMemory<byte>>? pckChain, out refusal)
            || !TryHex(root, "root_ca_crl", out byte[]? rootList, out refusal)
            || !TryHex(root, "pck_crl", out byte[]? pckList, out refusal)
            || !TrySigned(root, "tcb_info", out SignedJson? tcbInfo, out refusal)
            || !TrySigned(root, "qe_identity", out SignedJson? qeIdentity, out refusal))
        {
            return false;
        }

        collateral = new DcapCollateral(pckChain, rootList, pckList, tcbInfo, qeIdentity);
        return true;
    }

    /// <summary>TCB info as fields; read once.</summary>
    internal bool TryReadTcbInfo([NotNullWhen(true)] out Dcap.TcbInfo? info, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        refusal = null;
        info = _tcbInfo;
        if (info is null && CollateralJson.TryReadTcbInfo(TcbInfo.Text, out info, out refusal))
        {
            _tcbInfo = info;
        }

        return info is not null;
    }

    /// <summary>QE identity as fields; read once.</summary>
    internal bool TryReadQeIdentity([NotNullWhen(true)] out Dcap.QeIdentity? identity, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        refusal = null;
        identity = _qeIdentity;
        if (identity is null && CollateralJson.TryReadQeIdentity(QeIdentity.Text, out identity, out refusal))
        {
            _qeIdentity = identity;
        }

        return identity is not null;
    }

    private static bool TrySigned(JsonElement root, string name, [NotNullWhen(true)] out SignedJson? signed, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        signed = null;
        if (!TryText(root, name, out string? text, out refusal)
            || !TryHex(root, name + "_signature", out byte[]? signature, out refusal)
            || !TryChain(root, name + "_issuer_chain", out List<ReadOnlyMemory<byte>>? chain, out refusal))
        {
            return false;
        }

        signed = new SignedJson(name, Encoding.UTF8.GetBytes(text), signature, chain);
        return true;
    }

    private static bool TryChain(
        JsonElement root, string name, [NotNullWhen(true)] out List<ReadOnlyMemory<byte>>? chain, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        chain = null;
        if (!TryText(root, name, out string? text, out refusal))
        {
            return false;
        }

        if (!PemReader.TryRead(Encoding.UTF8.GetBytes(text.TrimEnd('\0')), "CERTIFICATE", out chain) || chain.Count != 2)
        {
            chain = null;
            refusal = Malformed(name, "PEM of an issuer and the root", "something else");
            return false;
        }

        return true;
    }

    private static bool TryHex(JsonElement root, string name, [NotNullWhen(true)] out byte[]? bytes, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        bytes = null;
        if (!TryText(root, name, out string? text, out refusal))
        {
            return false;
        }

        if (!ByteString.TryParseHex(text, out ByteString value))
        {
            refusal = Malformed(name, "hex", "other text");
            return false;
        }

        bytes = value.Span.ToArray();
        return true;
    }

    private static bool TryText(JsonElement root, string name, [NotNullWhen(true)] out string? text, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        refusal = JsonShape.TryGetString(root, name, out text) ? null : new RefusalReason(Refusal.CollateralMissing, name, "text", "none");
        return refusal is null;
    }

    private static RefusalReason Malformed(string what, string expected, string found) => new(Refusal.CollateralMalformed, what, expected, found);
}
