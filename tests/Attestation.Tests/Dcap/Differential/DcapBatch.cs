using System.Buffers.Binary;
using Ait.Attestation.Dcap;
using Ait.Attestation.Tests.Differential;
using Ait.Chain;
using Ait.Chain.Abi;

namespace Ait.Attestation.Tests.Dcap.Differential;

/// <summary>Evidence and what this room answers to changes of it, in the form in which the contract's test reads it.</summary>
internal sealed class DcapBatch(DcapPieces pieces, byte[] rootFingerprint)
{
    private const string Layout =
        "((bytes,(bytes,bytes,bytes,bytes,bytes,bytes,bytes,bytes,bytes,bytes,bytes),"
        + "(uint256,uint256,uint256,uint256,uint256,uint256,uint256,bool,uint256[],bytes32)[]))";

    private const byte TrustDomain = 0x81;
    private readonly List<AbiValue> _cases = [];
    private readonly CertificateCache? _cache = ContractComparison.NewCache();
    private readonly TrustRoots _roots = new([], [new ByteString(rootFingerprint)]);

    internal DcapPieces Pieces => pieces;

    internal string Platform => pieces.Items[DcapPieces.Quote][4] == TrustDomain ? "TDX" : "SGX";

    /// <summary>
    /// Judges a change, and keeps the answer if the contracts are asked; <paramref name="several"/> things may be wrong at once, and either
    /// be found first.
    /// </summary>
    internal Verdict Add(DcapChange change, DcapPolicy policy, DateTimeOffset at, bool several, ContractComparison comparison)
    {
        DcapPieces changed = change.Apply(pieces);
        Verdict verdict = changed.Judge(_roots, policy, at, _cache);
        if (!comparison.Asks(Platform, verdict, change.Kind == DcapChangeKind.Flip ? (this, change.Piece) : null, most: 1))
        {
            return verdict;
        }

        AbiValue[] refusals = verdict is Verdict.Refused refused ? [.. refused.Reasons.Select(reason => (AbiValue)(int)reason.Code)] : [];
        Hash256 facts = verdict is Verdict.Genuine genuine ? Digest((DcapFacts)genuine.Facts, changed.Items[DcapPieces.Quote]) : default;
        int accepted = policy.AcceptedStatuses.Aggregate(0, (bits, status) => bits | (1 << (int)status));
        _cases.Add(AbiValue.List(
            change.Piece, (int)change.Kind, change.Offset, (int)change.Value, at.ToUnixTimeSeconds(), accepted, policy.MinimumEvaluationNumber, several, AbiValue.List(refusals), facts));
        return verdict;
    }

    internal byte[] Encode() => AbiCodec.Encode(
        Layout, AbiValue.List(rootFingerprint, AbiValue.List(pieces.Items.Select(piece => (AbiValue)piece)), AbiValue.List(_cases)));

    /// <summary>Everything the contract says of a genuine quote.</summary>
    private static Hash256 Digest(DcapFacts facts, byte[] quote)
    {
        int body = BinaryPrimitives.ReadUInt16LittleEndian(quote) == 5 ? 54 : 48;
        ReadOnlySpan<byte> measured = facts.Tee == DcapTee.Tdx ? quote.AsSpan(body + 136, 384) : quote.AsSpan(body + 64, 256);
        return Keccak256.Hash(AbiCodec.Encode(
            "(bytes32,bytes32,bytes32,bytes32,uint256,uint256,uint256,uint256)",
            Keccak256.Hash(facts.ChipId!.Value.Span), // a quote always names its platform
            Keccak256.Hash(measured),
            facts.ReportData.Span[..32].ToArray(),
            facts.ReportData.Span[32..].ToArray(),
            facts.ExpiresAt.ToUnixTimeSeconds(),
            facts.EvaluationNumber,
            (int)facts.Tee,
            (int)facts.Status));
    }
}
