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
/// <param name="RefreshedBlock">The block from which the validity counts; <see cref="Unproven"/> while the device has not proven its class.</param>
/// <param name="RevokedBlock">The block in which it was revoked, retired or suspended; 0 while it is none of these.</param>
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
    /// <summary>What <see cref="RefreshedBlock"/> is while the device has not proven its class: no block reaches it.</summary>
    public const ulong Unproven = uint.MaxValue;

    /// <summary>Whether it has not proven its class, and so is in no draw.</summary>
    public bool IsUnproven => RefreshedBlock == Unproven;

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
