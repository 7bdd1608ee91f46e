using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Chain.Signing;
using Ait.Protocol.Codec;

namespace Ait.Protocol;

/// <summary>
/// A <see cref="SeatAssignment"/> signed by the coordinator: a miner's proof that it was asked. Exists only signed here or verified by a
/// <see cref="SeatLetterReader"/>. Letters given out together share one signature, over the root of the Merkle tree of their digests.
/// </summary>
public sealed class SeatLetter
{
    /// <summary>"AITS": a letter with a signature of its own.</summary>
    internal const uint Magic = 0x41495453;

    /// <summary>"AITT": a letter that shares its signature with others.</summary>
    internal const uint SharedMagic = 0x41495454;

    /// <summary>Length of <see cref="ToBytes"/> of a letter with a signature of its own; one that shares it has a byte and the siblings up to the root more.</summary>
    public const int EncodedSize = 4 + 8 + MiningTask.EncodedSize + 1 + Hash256.Size + 8 + 8 + Signature.CompactSize;

    /// <summary>Most siblings between a letter and the root.</summary>
    public const int MaxSiblings = 16;

    private static readonly Hash256 s_sharedType = Keccak256.Hash("SeatLetters(bytes32 root)"u8);

    internal SeatLetter(SeatAssignment assignment, ImmutableArray<Hash256> siblings, Signature signature, Hash256 taskId)
    {
        Assignment = assignment;
        Siblings = siblings;
        Signature = signature;
        TaskId = taskId;
    }

    /// <summary>What is assigned.</summary>
    public SeatAssignment Assignment { get; }

    /// <summary>From the letter's digest up to the root that was signed; empty if the signature is the letter's own.</summary>
    public ImmutableArray<Hash256> Siblings { get; }

    /// <summary>The coordinator's signature.</summary>
    public Signature Signature { get; }

    /// <summary>Id of the task.</summary>
    public Hash256 TaskId { get; }

    /// <summary>Signs an assignment with the coordinator's key.</summary>
    public static SeatLetter Sign(SeatAssignment assignment, NetworkDomain domain, Secp256k1PrivateKey coordinatorKey)
    {
        ArgumentNullException.ThrowIfNull(assignment);
        ArgumentNullException.ThrowIfNull(domain);
        ArgumentNullException.ThrowIfNull(coordinatorKey);
        Hash256 taskId = domain.TaskId(assignment.BatchId, assignment.MiningTask.Index);
        return new(assignment, [], coordinatorKey.Sign(assignment.Digest(domain, taskId)), taskId);
    }

    /// <summary>Signs assignments that are given out together, in their order: several with one signature.</summary>
    /// <exception cref="ArgumentException">There are more than 2^<see cref="MaxSiblings"/>.</exception>
    public static ImmutableArray<SeatLetter> Sign(IReadOnlyList<SeatAssignment> assignments, NetworkDomain domain, Secp256k1PrivateKey coordinatorKey)
    {
        ArgumentNullException.ThrowIfNull(assignments);
        ArgumentNullException.ThrowIfNull(domain);
        ArgumentNullException.ThrowIfNull(coordinatorKey);
        switch (assignments.Count)
        {
            case 0:
                return [];
            case 1:
                return [Sign(assignments[0], domain, coordinatorKey)];
            case > 1 << MaxSiblings:
                throw new ArgumentException($"Expected at most {1 << MaxSiblings} assignments, found {assignments.Count}.", nameof(assignments));
        }

        Hash256[] taskIds = [.. assignments.Select(assignment => domain.TaskId(assignment.BatchId, assignment.MiningTask.Index))];
        var tree = MerkleTree.Build([.. assignments.Zip(taskIds, (assignment, taskId) => assignment.Digest(domain, taskId))]);
        Signature signature = coordinatorKey.Sign(SharedDigest(tree.Root, domain));
        return [.. assignments.Select((assignment, index) => new SeatLetter(assignment, tree.Proof(index), signature, taskIds[index]))];
    }

    /// <summary>"AITS" or "AITT", the assignment's fields in order, for the latter the number of siblings and these, the compact signature.</summary>
    public byte[] ToBytes()
    {
        ByteWriter writer = new ByteWriter(EncodedSize + 1 + (Siblings.Length * Hash256.Size))
            .UInt32(Siblings.IsEmpty ? Magic : SharedMagic)
            .UInt64(Assignment.BatchId)
            .Bytes(Assignment.MiningTask.ToBytes())
            .Byte(Assignment.Seat)
            .Hash(Assignment.GpuId)
            .UInt64(Assignment.IssuedAt)
            .UInt64(Assignment.CommitDeadline);
        if (!Siblings.IsEmpty)
        {
            writer.Byte((byte)Siblings.Length);
            foreach (Hash256 sibling in Siblings)
            {
                writer.Hash(sibling);
            }
        }

        return writer.Bytes(Signature.ToCompactArray()).ToArray();
    }

    /// <summary>The letter as the coordinator's bond takes it.</summary>
    public SeatLetterRecord ToRecord() => new(
        Assignment.BatchId,
        Assignment.MiningTask.Index,
        Assignment.MiningTask.Leaf,
        Assignment.Seat,
        Assignment.GpuId,
        Assignment.IssuedAt,
        Assignment.CommitDeadline,
        Siblings,
        Signature);

    /// <summary>Reads and verifies a letter.</summary>
    /// <param name="bytes">The bytes of <see cref="ToBytes"/>, nothing more.</param>
    /// <param name="domain">The network at hand.</param>
    /// <param name="coordinator">The coordinator's account, from the contract.</param>
    /// <param name="letter">The verified letter.</param>
    /// <param name="refusal">Why not.</param>
    public static bool TryVerify(
        ReadOnlySpan<byte> bytes,
        NetworkDomain domain,
        Address coordinator,
        [NotNullWhen(true)] out SeatLetter? letter,
        [NotNullWhen(false)] out ProtocolRefusal? refusal) => new SeatLetterReader(domain, coordinator).TryVerify(bytes, out letter, out refusal);

    /// <summary>What is signed for several letters: EIP-712 <c>SeatLetters(bytes32 root)</c>.</summary>
    internal static Hash256 SharedDigest(Hash256 root, NetworkDomain domain) => domain.Digest(new Words(stackalloc byte[2 * 32]).Add(s_sharedType).Add(root).Hash());
}
