using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Protocol.Codec;

namespace Ait.Protocol;

/// <summary>
/// Verifies letters of one coordinator, or of several that followed each other, on one network. Letters given out together share a signature, which is recovered once: the reader
/// remembers the last root that it found signed.
/// </summary>
public sealed class SeatLetterReader
{
    private readonly NetworkDomain _domain;
    private readonly IReadOnlySet<Address> _coordinators;
    private Signed? _last;

    /// <param name="domain">The network at hand.</param>
    /// <param name="coordinator">The coordinator's account, from the contract.</param>
    public SeatLetterReader(NetworkDomain domain, Address coordinator)
        : this(domain, ImmutableHashSet.Create(coordinator))
    {
    }

    /// <param name="domain">The network at hand.</param>
    /// <param name="coordinators">The accounts whose letters count.</param>
    public SeatLetterReader(NetworkDomain domain, IReadOnlySet<Address> coordinators)
    {
        ArgumentNullException.ThrowIfNull(domain);
        ArgumentNullException.ThrowIfNull(coordinators);
        _domain = domain;
        _coordinators = coordinators;
    }

    /// <summary>Reads and verifies a letter.</summary>
    /// <param name="bytes">The bytes of <see cref="SeatLetter.ToBytes"/>, nothing more.</param>
    /// <param name="letter">The verified letter.</param>
    /// <param name="refusal">Why not.</param>
    public bool TryVerify(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out SeatLetter? letter, [NotNullWhen(false)] out ProtocolRefusal? refusal)
    {
        letter = null;
        if (bytes.Length < SeatLetter.EncodedSize)
        {
            refusal = new(ProtocolRefusalCode.Truncated, $"{SeatLetter.EncodedSize} bytes", $"{bytes.Length} bytes");
            return false;
        }

        var reader = new ByteReader(bytes);
        uint magic = reader.UInt32();
        if (magic is not (SeatLetter.Magic or SeatLetter.SharedMagic))
        {
            refusal = new(ProtocolRefusalCode.WrongMagic, "AITS or AITT", $"0x{magic:x8}");
            return false;
        }

        var assignment = new SeatAssignment(reader.UInt64(), MiningTask.Read(ref reader), reader.Byte(), reader.Hash(), reader.UInt64(), reader.UInt64());
        bool isShared = magic == SeatLetter.SharedMagic;
        int count = isShared ? reader.Byte() : 0;
        if (isShared && count is 0 or > SeatLetter.MaxSiblings)
        {
            refusal = new(ProtocolRefusalCode.OutOfRange, $"1 to {SeatLetter.MaxSiblings} siblings", $"{count}");
            return false;
        }

        int length = SeatLetter.EncodedSize + (isShared ? 1 + (count * Hash256.Size) : 0);
        if (bytes.Length != length)
        {
            refusal = new(bytes.Length < length ? ProtocolRefusalCode.Truncated : ProtocolRefusalCode.TrailingBytes, $"{length} bytes", $"{bytes.Length} bytes");
            return false;
        }

        Hash256 taskId = _domain.TaskId(assignment.BatchId, assignment.MiningTask.Index);
        Hash256 digest = assignment.Digest(_domain, taskId);
        ImmutableArray<Hash256>.Builder siblings = ImmutableArray.CreateBuilder<Hash256>(count);
        for (int i = 0; i < count; i++)
        {
            Hash256 sibling = reader.Hash();
            siblings.Add(sibling);
            digest = MerkleTree.HashPair(digest, sibling);
        }

        if (!Signature.TryParseCompact(reader.Take(Signature.CompactSize), out Signature signature) || !IsSigned(digest, signature, isShared))
        {
            refusal = new(ProtocolRefusalCode.SignatureInvalid, $"a signature by the coordinator {string.Join(" or ", _coordinators)}", "another signer or other content");
            return false;
        }

        letter = new(assignment, siblings.MoveToImmutable(), signature, taskId);
        refusal = null;
        return true;
    }

    private bool IsSigned(Hash256 digest, Signature signature, bool isShared)
    {
        var signed = new Signed(digest, signature);
        if (isShared && Volatile.Read(ref _last) == signed)
        {
            return true;
        }

        if (!Secp256k1.TryRecover(isShared ? SeatLetter.SharedDigest(digest, _domain) : digest, signature, out Address signer) || !_coordinators.Contains(signer))
        {
            return false;
        }

        if (isShared)
        {
            Volatile.Write(ref _last, signed);
        }

        return true;
    }

    /// <summary>A root that a coordinator signed.</summary>
    private sealed record Signed(Hash256 Root, Signature Signature);
}
