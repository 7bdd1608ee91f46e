using Ait.Chain;

namespace Ait.Protocol;

/// <summary>One slot of the device roster, as the contract stores it.</summary>
/// <param name="GpuId">The GPU.</param>
/// <param name="HostChip">The host chip it was attested under.</param>
/// <param name="Operator">The account that is paid.</param>
/// <param name="ValidUntil">Unix seconds until which its evidence counts.</param>
/// <param name="PreviousValidUntil">The same before the last extension.</param>
/// <param name="RefreshedBlock">Block from which <paramref name="ValidUntil"/> counts: of the last extension, or of the first proof of its class.</param>
/// <param name="RevokedBlock">Block of revocation, retirement or suspension; 0 if none.</param>
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

    /// <summary>The slot of a device that has not proven its class: no block reaches the one from which its validity counts.</summary>
    public RosterSlot WithoutProof() => this with { RefreshedBlock = uint.MaxValue };

    /// <summary>The slot once the device passed a class challenge in a block; only the first proof changes it.</summary>
    public RosterSlot WithProof(ulong block) => RefreshedBlock == uint.MaxValue ? this with { RefreshedBlock = block } : this;

    /// <summary>The slot once a suspension for absence ended in a block: it was in no draw before.</summary>
    public RosterSlot Resumed(ulong block) =>
        this with { RevokedBlock = 0, PreviousValidUntil = 0, RefreshedBlock = RefreshedBlock == uint.MaxValue ? RefreshedBlock : block };

    /// <summary>Whether the device was out as of a block.</summary>
    public bool RevokedAsOf(ulong block) => RevokedBlock != 0 && RevokedBlock <= block;
}
