using Ait.Chain.Abi;

namespace Ait.Chain.Contracts;

/// <summary>A task as the mining registry takes it: a leaf of a batch.</summary>
/// <param name="WorkloadHash">The hash of what is run.</param>
/// <param name="Index">The position in the batch.</param>
/// <param name="WorkloadType">Selects the duration bounds.</param>
/// <param name="DeterminismClass">Selects the arithmetic.</param>
/// <param name="ComputeUnits">Work in micro-CU.</param>
/// <param name="Deadline">Unix seconds.</param>
/// <param name="Redeemer">Whose credit pays; zero for subsidised work.</param>
/// <param name="SeatSecretHash">The hash of the secret behind the seats.</param>
public sealed record MiningTaskRecord(
    Hash256 WorkloadHash,
    uint Index,
    ushort WorkloadType,
    byte DeterminismClass,
    ulong ComputeUnits,
    ulong Deadline,
    Address Redeemer,
    Hash256 SeatSecretHash)
{
    /// <summary>The tuple that views of the registry take.</summary>
    public AbiValue ToAbi() => AbiValue.List(
        WorkloadHash, Index, (uint)WorkloadType, (uint)DeterminismClass, ComputeUnits, Deadline, Redeemer, SeatSecretHash);

    internal static MiningTaskRecord FromAbi(AbiValue value) => new(
        value[0].AsHash256(),
        value[1].AsUInt32(),
        (ushort)value[2].AsUInt32(),
        value[3].AsByte(),
        value[4].AsUInt64(),
        value[5].AsUInt64(),
        value[6].AsAddress(),
        value[7].AsHash256());
}
