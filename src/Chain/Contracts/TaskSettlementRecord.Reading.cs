using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;

using Ait.Chain.Signing;

namespace Ait.Chain.Contracts;

/// <content>Reading what <see cref="Pack"/> writes.</content>
public sealed partial record TaskSettlementRecord
{
    /// <summary>Reads packed settlements as the contract does: ascending by index, every bit with a meaning, nothing left over.</summary>
    /// <param name="packed">The bytes.</param>
    /// <param name="settlements">The settlements; each task has the hash of the secret that came with it.</param>
    /// <param name="fault">Why they cannot be read.</param>
    public static bool TryRead(
        ReadOnlySpan<byte> packed, out ImmutableArray<TaskSettlementRecord> settlements, [NotNullWhen(false)] out DecodeFault? fault)
    {
        var read = ImmutableArray.CreateBuilder<TaskSettlementRecord>();
        settlements = [];
        fault = null;
        long least = 0;
        for (int offset = 0; offset < packed.Length;)
        {
            ReadOnlySpan<byte> rest = packed[offset..];
            if (!TryMeasure(rest, least, out int size, out string? expected, out string? found))
            {
                fault = new DecodeFault("settlement", offset, expected, found);
                return false;
            }

            if (!TryReadOne(rest[..size], out TaskSettlementRecord? settlement, out int at))
            {
                fault = new DecodeFault("claim", offset + at, "a signature in the form of EIP-2098 with the lower s", "another");
                return false;
            }

            read.Add(settlement);
            least = (long)settlement.Task.Index + 1;
            offset += size;
        }

        settlements = read.ToImmutable();
        return true;
    }

    private static bool TryMeasure(
        ReadOnlySpan<byte> rest, long least, out int size, [NotNullWhen(false)] out string? expected, [NotNullWhen(false)] out string? found)
    {
        size = FixedSize;
        (expected, found) = ($"{FixedSize} bytes", $"{rest.Length}");
        if (rest.Length < FixedSize)
        {
            return false;
        }

        byte seats = rest[0];
        byte flags = rest[3];
        if (seats >> Seats != 0 || ((rest[1] | rest[2]) & ~seats) != 0 || flags > (HasOpening | HasRedeemer))
        {
            (expected, found) = ("seats 0 to 6, words of their claims and two flags", $"bits {seats:x2}, {rest[1]:x2}, {rest[2]:x2} and {flags:x2}");
            return false;
        }

        uint index = BinaryPrimitives.ReadUInt32BigEndian(rest[IndexOffset..]);
        if (index < least)
        {
            (expected, found) = ($"an index of at least {least}", $"{index}");
            return false;
        }

        int words = BitOperations.PopCount(rest[1]) + BitOperations.PopCount(rest[2]) + (flags & HasOpening);
        size += (words * Hash256.Size) + ((flags & HasRedeemer) == 0 ? 0 : Address.Size) + (BitOperations.PopCount(seats) * SeatClaimRecord.FixedSize);
        (expected, found) = ($"{size} bytes", $"{rest.Length}");
        return rest.Length >= size;
    }

    /// <summary>Reads a settlement of the right size; on a refusal <paramref name="at"/> is where the claim starts.</summary>
    private static bool TryReadOne(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out TaskSettlementRecord? settlement, out int at)
    {
        settlement = null;
        at = FixedSize;
        var written = new Hash256(bytes.Slice(WordsOffset + Hash256.Size, Hash256.Size));
        SeatSecretOpening? opening = (bytes[3] & HasOpening) == 0 ? null : new SeatSecretOpening(written, Take(bytes, ref at));
        Hash256 secret = opening?.SeatSecret ?? written;
        Address redeemer = Address.Zero;
        if ((bytes[3] & HasRedeemer) != 0)
        {
            redeemer = new Address(bytes.Slice(at, Address.Size));
            at += Address.Size;
        }

        var claims = ImmutableArray.CreateBuilder<SeatClaimRecord>(BitOperations.PopCount(bytes[0]));
        for (byte seat = 0; seat < Seats; seat++)
        {
            if ((bytes[0] >> seat & 1) == 0)
            {
                continue;
            }

            if (!Signature.TryParseCompact(bytes.Slice(at + SeatClaimRecord.DurationSize, Signature.CompactSize), out Signature signature))
            {
                return false;
            }

            ulong duration = BinaryPrimitives.ReadUInt64BigEndian(bytes[at..]) >> (8 * (sizeof(ulong) - SeatClaimRecord.DurationSize));
            at += SeatClaimRecord.FixedSize;
            Hash256? result = (bytes[1] >> seat & 1) == 0 ? null : Take(bytes, ref at);
            Hash256? gpuId = (bytes[2] >> seat & 1) == 0 ? null : Take(bytes, ref at);
            claims.Add(new SeatClaimRecord(seat, gpuId, result, duration, signature));
        }

        var task = new MiningTaskRecord(
            new Hash256(bytes.Slice(WordsOffset, Hash256.Size)),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[IndexOffset..]),
            BinaryPrimitives.ReadUInt16BigEndian(bytes[TypeOffset..]),
            bytes[ClassOffset],
            BinaryPrimitives.ReadUInt64BigEndian(bytes[UnitsOffset..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[DeadlineOffset..]),
            redeemer,
            Keccak256.Hash(secret.ToArray()));
        settlement = new TaskSettlementRecord(task, secret, opening, new Hash256(bytes.Slice(WordsOffset + (2 * Hash256.Size), Hash256.Size)), claims.MoveToImmutable());
        return true;
    }

    private static Hash256 Take(ReadOnlySpan<byte> bytes, ref int at)
    {
        var word = new Hash256(bytes.Slice(at, Hash256.Size));
        at += Hash256.Size;
        return word;
    }
}
