using Ait.Chain;
using Ait.Chain.Contracts;
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
/// <param name="SeatSecretHash">keccak256 of the secret behind seats 1 to 3, which is made of two more that stay closed until they are
/// needed, see <see cref="SeatSecretOpening"/>: a salted answer (canaries) or random bytes, indistinguishable, and the secret behind
/// seats 4 to 7.</param>
public sealed record MiningTask(
    Hash256 WorkloadHash,
    uint Index,
    WorkloadType WorkloadType,
    DeterminismClass DeterminismClass,
    ComputeUnits ComputeUnits,
    ulong Deadline,
    Address Redeemer,
    Hash256 SeatSecretHash)
{
    /// <summary>Length of <see cref="ToBytes"/>.</summary>
    public const int EncodedSize = 4 + 2 + 1 + 8 + 8 + (2 * Hash256.Size) + Address.Size;

    /// <summary>The leaf: keccak256 of <see cref="ToBytes"/>, whose length no inner node's preimage has.</summary>
    public Hash256 Leaf => Keccak256.Hash(ToBytes());

    /// <summary>Commitment to a seat secret as the leaf carries it: keccak256(secret).</summary>
    public static Hash256 SecretHash(Hash256 secret) => new Words(stackalloc byte[32]).Add(secret).Hash();

    /// <summary>The task that a settlement's calldata names.</summary>
    public static MiningTask From(MiningTaskRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return new MiningTask(
            record.WorkloadHash,
            record.Index,
            (WorkloadType)record.WorkloadType,
            (DeterminismClass)record.DeterminismClass,
            new ComputeUnits(record.ComputeUnits),
            record.Deadline,
            record.Redeemer,
            record.SeatSecretHash);
    }

    /// <summary>The task as the contract takes it.</summary>
    public MiningTaskRecord ToRecord() => new(
        WorkloadHash, Index, (ushort)WorkloadType, (byte)DeterminismClass, ComputeUnits.Micro, Deadline, Redeemer, SeatSecretHash);

    /// <summary>What the leaf hashes: index, type, class, compute units, deadline, workload hash, hash of the seat secret, redeemer; big-endian, packed.</summary>
    public byte[] ToBytes() => new ByteWriter(EncodedSize)
        .UInt32(Index)
        .UInt16((ushort)WorkloadType)
        .Byte((byte)DeterminismClass)
        .UInt64(ComputeUnits.Micro)
        .UInt64(Deadline)
        .Hash(WorkloadHash)
        .Hash(SeatSecretHash)
        .Address(Redeemer)
        .ToArray();

    internal static MiningTask Read(ref ByteReader reader)
    {
        uint index = reader.UInt32();
        var type = (WorkloadType)reader.UInt16();
        var determinismClass = (DeterminismClass)reader.Byte();
        var units = new ComputeUnits(reader.UInt64());
        ulong deadline = reader.UInt64();
        Hash256 workloadHash = reader.Hash();
        Hash256 seatSecretHash = reader.Hash();
        return new MiningTask(workloadHash, index, type, determinismClass, units, deadline, reader.Address(), seatSecretHash);
    }
}
