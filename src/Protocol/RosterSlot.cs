using Ait.Chain;

namespace Ait.Protocol;

/// <summary>One slot of the device roster, as the contract stores it.</summary>
/// <param name="GpuId">The GPU.</param>
/// <param name="HostChip">The host chip it was attested under.</param>
/// <param name="Operator">The account that is paid.</param>
/// <param name="ValidUntil">Unix seconds until which its evidence counts.</param>
/// <param name="PreviousValidUntil">The same before the last extension.</param>
/// <param name="RefreshedBlock">Block of the last extension.</param>
/// <param name="RevokedBlock">Block of revocation or retirement; 0 if neither.</param>
public sealed record RosterSlot(
    Hash256 GpuId,
    Hash256 HostChip,
    Address Operator,
    ulong ValidUntil,
    ulong PreviousValidUntil,
    ulong RefreshedBlock,
    ulong RevokedBlock)
{
    /// <summary>Unix seconds until which the device counted as seen from a block.</summary>
    public ulong ValidityAsOf(ulong block) => RefreshedBlock <= block ? ValidUntil : PreviousValidUntil;

    /// <summary>Whether the device was out as of a block.</summary>
    public bool RevokedAsOf(ulong block) => RevokedBlock != 0 && RevokedBlock <= block;
}
