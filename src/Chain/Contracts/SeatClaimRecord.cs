using System.Buffers.Binary;

using Ait.Chain.Abi;
using Ait.Chain.Signing;

namespace Ait.Chain.Contracts;

/// <summary>One device's signed statement about a task, as the mining registry takes it.</summary>
/// <param name="Seat">The seat, from 0 to 6.</param>
/// <param name="GpuId">The device; null, and left out, for the one that was drawn.</param>
/// <param name="ResultHash">What it computed; null, and left out, for the settlement's result.</param>
/// <param name="Duration">Milliseconds, below 2⁴⁰.</param>
/// <param name="Signature">Of the device's enclave key; travels in the compact form of EIP-2098.</param>
public sealed record SeatClaimRecord(byte Seat, Hash256? GpuId, Hash256? ResultHash, ulong Duration, Signature Signature)
{
    internal const int DurationSize = 5;

    internal const int FixedSize = DurationSize + Signature.CompactSize;

    /// <summary>The tuple that the operator bond takes, where nothing is left out.</summary>
    public AbiValue ToAbi()
    {
        (Hash256 r, Hash256 vs) = Signature.ToCompactWords();
        return AbiValue.List((uint)Seat, GpuId ?? Hash256.Zero, ResultHash ?? Hash256.Zero, Duration, r, vs);
    }

    internal void Write(Stream packed)
    {
        if (Duration >> (8 * DurationSize) != 0)
        {
            throw new ArgumentException($"Expected a duration of {DurationSize} bytes, found {Duration} ms.");
        }

        Span<byte> duration = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(duration, Duration);
        packed.Write(duration[^DurationSize..]);
        packed.Write(Signature.ToCompactArray());
        packed.Write(ResultHash?.ToArray());
        packed.Write(GpuId?.ToArray());
    }
}
