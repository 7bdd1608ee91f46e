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
        var last = default(Common);
        for (int offset = 0; offset < packed.Length;)
        {
            ReadOnlySpan<byte> rest = packed[offset..];
            if (!TryReadHead(rest, last, out Head head, out string? expected, out string? found)
                || !TryMeasure(rest, head, out int size, out expected, out found))
            {
                fault = new DecodeFault("settlement", offset, expected, found);
                return false;
            }

            if (!TryReadOne(rest[..size], head, out TaskSettlementRecord? settlement, out int at))
            {
                fault = new DecodeFault("claim", offset + at, "a signature in the form of EIP-2098 with the lower s", "another");
                return false;
            }

            read.Add(settlement);
            last = head.Terms with { Next = (long)head.Index + 1 };
            offset += size;
        }

        settlements = read.ToImmutable();
        return true;
    }

    private static bool TryReadHead(
        ReadOnlySpan<byte> rest, Common last, out Head head, [NotNullWhen(false)] out string? expected, [NotNullWhen(false)] out string? found)
    {
        head = default;
        if ((rest[0] & IsNext) != 0)
        {
            head = new Head(1, (byte)(rest[0] & ~IsNext), 0, 0, 0, (uint)last.Next, last);
            (expected, found) = ($"an index of at most {uint.MaxValue}", $"{last.Next}");
            return last.Next <= uint.MaxValue;
        }

        (expected, found) = ($"{TermsOffset} or {HeadSize} bytes of a head", $"{rest.Length}");
        if (rest.Length < TermsOffset)
        {
            return false;
        }

        byte seats = rest[0];
        byte flags = rest[3];
        int size = (flags & HasLastTerms) == 0 ? HeadSize : TermsOffset;
        if (((rest[1] | rest[2]) & ~seats) != 0 || flags > (HasOpening | HasRedeemer | HasLastTerms))
        {
            (expected, found) = ("seats 0 to 6, words of their claims and three flags", $"bits {seats:x2}, {rest[1]:x2}, {rest[2]:x2} and {flags:x2}");
            return false;
        }

        uint index = BinaryPrimitives.ReadUInt32BigEndian(rest[IndexOffset..]);
        if (index < last.Next)
        {
            (expected, found) = ($"an index of at least {last.Next}", $"{index}");
            return false;
        }

        if (rest.Length < size)
        {
            return false;
        }

        ReadOnlySpan<byte> terms = rest[TermsOffset..];
        head = new Head(size, seats, rest[1], rest[2], flags, index, size == TermsOffset ? last : new Common(
            0,
            BinaryPrimitives.ReadUInt16BigEndian(terms),
            terms[sizeof(ushort)],
            BinaryPrimitives.ReadUInt64BigEndian(terms[UnitsOffset..]),
            BinaryPrimitives.ReadUInt64BigEndian(terms[DeadlineOffset..])));
        return true;
    }

    private static bool TryMeasure(ReadOnlySpan<byte> rest, Head head, out int size, out string expected, out string found)
    {
        int words = BitOperations.PopCount(head.Own) + BitOperations.PopCount(head.Named) + (head.Flags & HasOpening);
        size = head.Size + WordsSize + (words * Hash256.Size) + ((head.Flags & HasRedeemer) == 0 ? 0 : Address.Size)
            + (BitOperations.PopCount(head.Claiming) * SeatClaimRecord.FixedSize);
        (expected, found) = ($"{size} bytes", $"{rest.Length}");
        return rest.Length >= size;
    }

    /// <summary>Reads a settlement of the right size; on a refusal <paramref name="at"/> is where the claim starts.</summary>
    private static bool TryReadOne(ReadOnlySpan<byte> bytes, Head head, [NotNullWhen(true)] out TaskSettlementRecord? settlement, out int at)
    {
        settlement = null;
        at = head.Size;
        Hash256 workload = Take(bytes, ref at);
        Hash256 written = Take(bytes, ref at);
        Hash256 agreed = Take(bytes, ref at);
        SeatSecretOpening? opening = (head.Flags & HasOpening) == 0 ? null : new SeatSecretOpening(written, Take(bytes, ref at));
        Hash256 secret = opening?.SeatSecret ?? written;
        Address redeemer = Address.Zero;
        if ((head.Flags & HasRedeemer) != 0)
        {
            redeemer = new Address(bytes.Slice(at, Address.Size));
            at += Address.Size;
        }

        var claims = ImmutableArray.CreateBuilder<SeatClaimRecord>(BitOperations.PopCount(head.Claiming));
        for (byte seat = 0; seat < Seats; seat++)
        {
            if ((head.Claiming >> seat & 1) == 0)
            {
                continue;
            }

            if (!Signature.TryParseCompact(bytes.Slice(at + SeatClaimRecord.DurationSize, Signature.CompactSize), out Signature signature))
            {
                return false;
            }

            ulong duration = BinaryPrimitives.ReadUInt64BigEndian(bytes[at..]) >> (8 * (sizeof(ulong) - SeatClaimRecord.DurationSize));
            at += SeatClaimRecord.FixedSize;
            Hash256? result = (head.Own >> seat & 1) == 0 ? null : Take(bytes, ref at);
            Hash256? gpuId = (head.Named >> seat & 1) == 0 ? null : Take(bytes, ref at);
            claims.Add(new SeatClaimRecord(seat, gpuId, result, duration, signature));
        }

        Common terms = head.Terms;
        var task = new MiningTaskRecord(
            workload, head.Index, terms.WorkloadType, terms.DeterminismClass, terms.ComputeUnits, terms.Deadline, redeemer, Keccak256.Hash(secret.ToArray()));
        settlement = new TaskSettlementRecord(task, secret, opening, agreed, claims.MoveToImmutable());
        return true;
    }

    private static Hash256 Take(ReadOnlySpan<byte> bytes, ref int at)
    {
        var word = new Hash256(bytes.Slice(at, Hash256.Size));
        at += Hash256.Size;
        return word;
    }
}
