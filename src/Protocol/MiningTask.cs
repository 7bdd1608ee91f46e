using Ait.Chain;
using Ait.Protocol.Codec;

namespace Ait.Protocol;

/// <summary>One entry of the queue as committed on chain: a leaf of its batch's Merkle tree.</summary>
/// <param name="WorkloadHash">What to run.</param>
/// <param name="Index">Position in the batch, from 0.</param>
/// <param name="WorkloadType">Kind of work; selects the duration bounds.</param>
/// <param name="DeterminismClass">The set of devices whose results are equal bit for bit.</param>
/// <param name="ComputeUnits">Benchmarked work, fixed here.</param>
/// <param name="Deadline">Unix seconds by which it must be settled.</param>
/// <param name="Redeemer">Whose credit pays; <see cref="Address.Zero"/> for subsidised work.</param>
/// <param name="AnswerCommitment">Salted answer (canaries) or random bytes, indistinguishable.</param>
/// <param name="SeatSecretHash">keccak256 of the secret behind seats 1 to 3.</param>
/// <param name="EscalationSecretHash">keccak256 of the secret behind seats 4 to 7.</param>
public sealed record MiningTask(
    Hash256 WorkloadHash,
    uint Index,
    WorkloadType WorkloadType,
    DeterminismClass DeterminismClass,
    ComputeUnits ComputeUnits,
    ulong Deadline,
    Address Redeemer,
    Hash256 AnswerCommitment,
    Hash256 SeatSecretHash,
    Hash256 EscalationSecretHash)
{
    /// <summary>Length of <see cref="ToBytes"/>.</summary>
    public const int EncodedSize = (4 * Hash256.Size) + 4 + 2 + 1 + 8 + 8 + Address.Size;

    /// <summary>The leaf: keccak256(keccak256(abi.encode(fields in order))); hashed twice so that no inner node passes for a leaf.</summary>
    public Hash256 Leaf
    {
        get
        {
            Hash256 inner = new Words(stackalloc byte[10 * 32])
                .Add(WorkloadHash)
                .Add(Index)
                .Add((ulong)WorkloadType)
                .Add((ulong)DeterminismClass)
                .Add(ComputeUnits.Micro)
                .Add(Deadline)
                .Add(Redeemer)
                .Add(AnswerCommitment)
                .Add(SeatSecretHash)
                .Add(EscalationSecretHash)
                .Hash();
            Span<byte> bytes = stackalloc byte[Hash256.Size];
            inner.CopyTo(bytes);
            return Keccak256.Hash(bytes);
        }
    }

    /// <summary>Commitment to a seat secret as the leaf carries it: keccak256(secret).</summary>
    public static Hash256 SecretHash(Hash256 secret) => new Words(stackalloc byte[32]).Add(secret).Hash();

    /// <summary>The fields in order, big-endian, packed.</summary>
    public byte[] ToBytes() => new ByteWriter()
        .Hash(WorkloadHash)
        .UInt32(Index)
        .UInt16((ushort)WorkloadType)
        .Byte((byte)DeterminismClass)
        .UInt64(ComputeUnits.Micro)
        .UInt64(Deadline)
        .Address(Redeemer)
        .Hash(AnswerCommitment)
        .Hash(SeatSecretHash)
        .Hash(EscalationSecretHash)
        .ToArray();

    internal static MiningTask Read(ref ByteReader reader) => new(
        reader.Hash(),
        reader.UInt32(),
        (WorkloadType)reader.UInt16(),
        (DeterminismClass)reader.Byte(),
        new ComputeUnits(reader.UInt64()),
        reader.UInt64(),
        reader.Address(),
        reader.Hash(),
        reader.Hash(),
        reader.Hash());
}
