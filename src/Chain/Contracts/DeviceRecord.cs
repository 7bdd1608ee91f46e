using Ait.Chain.Abi;

namespace Ait.Chain.Contracts;

/// <summary>One roster slot of the device registry. Times are unix seconds.</summary>
/// <param name="GpuId">The GPU.</param>
/// <param name="HostChip">The host's processor.</param>
/// <param name="Operator">Who registered it and is paid.</param>
/// <param name="Class">The device class.</param>
/// <param name="ValidUntil">Until when it mines.</param>
/// <param name="PreviousValidUntil">What <paramref name="ValidUntil"/> was before <paramref name="RefreshedBlock"/>.</param>
/// <param name="EnclaveKey">The signer of its statements.</param>
/// <param name="RegisteredBlock">The block of the registration.</param>
/// <param name="RefreshedBlock">The block in which the validity was last set.</param>
/// <param name="RevokedBlock">The block in which it was revoked or retired; 0 while it is neither.</param>
public sealed record DeviceRecord(
    Hash256 GpuId,
    Hash256 HostChip,
    Address Operator,
    byte Class,
    ulong ValidUntil,
    ulong PreviousValidUntil,
    Address EnclaveKey,
    ulong RegisteredBlock,
    ulong RefreshedBlock,
    ulong RevokedBlock)
{
    internal static DeviceRecord FromAbi(AbiValue value) => new(
        value[0].AsHash256(),
        value[1].AsHash256(),
        value[2].AsAddress(),
        value[3].AsByte(),
        value[4].AsUInt64(),
        value[5].AsUInt64(),
        value[6].AsAddress(),
        value[7].AsUInt64(),
        value[8].AsUInt64(),
        value[9].AsUInt64());
}
