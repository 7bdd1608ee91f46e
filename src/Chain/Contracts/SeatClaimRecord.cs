using System.Diagnostics.CodeAnalysis;

using Ait.Chain.Abi;
using Ait.Chain.Signing;

namespace Ait.Chain.Contracts;

/// <summary>One device's signed statement about a task, as the mining registry takes it.</summary>
/// <param name="Seat">The seat, from 0.</param>
/// <param name="GpuId">The device; zero for the one that was drawn.</param>
/// <param name="ResultHash">What it computed; zero for the settlement's result.</param>
/// <param name="Duration">Milliseconds.</param>
/// <param name="Signature">Of the device's enclave key; travels in the compact form of EIP-2098.</param>
public sealed record SeatClaimRecord(byte Seat, Hash256 GpuId, Hash256 ResultHash, ulong Duration, Signature Signature)
{
    internal AbiValue ToAbi()
    {
        byte[] compact = Signature.ToCompactArray();
        return AbiValue.List((uint)Seat, GpuId, ResultHash, Duration, new Hash256(compact.AsSpan(0, 32)), new Hash256(compact.AsSpan(32)));
    }

    /// <summary>Reads the tuple; false if the signature is not in the compact form with the lower s.</summary>
    internal static bool TryRead(AbiValue value, [NotNullWhen(true)] out SeatClaimRecord? claim)
    {
        byte[] compact = [.. value[4].AsHash256().ToArray(), .. value[5].AsHash256().ToArray()];
        claim = Signature.TryParseCompact(compact, out Signature signature)
            ? new SeatClaimRecord(value[0].AsByte(), value[1].AsHash256(), value[2].AsHash256(), value[3].AsUInt64(), signature)
            : null;
        return claim is not null;
    }
}
