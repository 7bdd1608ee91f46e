using Ait.Chain;
using Ait.Chain.Abi;

namespace Ait.Attestation.Tests.Differential;

/// <summary>
/// Pieces of evidence and what this room answers to changes of them, in the form in which the contract's test reads it.
/// <paramref name="kind"/>: 1 SEV-SNP, 2 NVIDIA. <paramref name="pins"/>: the fingerprints of roots and what they are pinned for on chain.
/// </summary>
internal sealed class EvidenceBatch(
    int kind, IEnumerable<(int Product, byte[] Fingerprint)> pins, DateTimeOffset at, byte[][] pieces, Func<byte[][], Verdict> judge, Func<byte[][], Hash256> digest)
{
    private const string Layout = "((uint256,(uint256,bytes)[],uint256,bytes[],(uint256,bytes,bool,uint256[],bytes32)[]))";
    private const int NoPiece = 255;
    private readonly List<AbiValue> _cases = [];

    internal string Platform => kind == 1 ? "SEV-SNP" : "NVIDIA";

    internal byte[][] Pieces => pieces;

    /// <summary>Judges the evidence as it is.</summary>
    internal void Add(ContractComparison comparison) => Add(NoPiece, [], several: false, verdict => comparison.Asks(Platform, verdict, null, 0));

    /// <summary>
    /// Judges it with one piece exchanged; <paramref name="several"/> things may be wrong at once, and either be found first.
    /// <paramref name="keeps"/> says by the verdict whether the contracts are asked too.
    /// </summary>
    internal void Add(int piece, byte[] content, bool several, Func<Verdict, bool> keeps)
    {
        byte[][] changed = [.. pieces];
        if (piece != NoPiece)
        {
            changed[piece] = content;
        }

        Verdict verdict = judge(changed);
        if (!keeps(verdict))
        {
            return;
        }

        AbiValue[] refusals = verdict is Verdict.Refused refused ? [.. refused.Reasons.Select(reason => (AbiValue)(int)reason.Code)] : [];
        _cases.Add(AbiValue.List(piece, content, several, AbiValue.List(refusals), verdict is Verdict.Genuine ? digest(changed) : Hash256.Zero));
    }

    internal byte[] Encode() => AbiCodec.Encode(
        Layout,
        AbiValue.List(
            kind,
            AbiValue.List(pins.Select(pin => AbiValue.List(pin.Product, pin.Fingerprint))),
            at.ToUnixTimeSeconds(),
            AbiValue.List(pieces.Select(piece => (AbiValue)piece)),
            AbiValue.List(_cases)));
}
