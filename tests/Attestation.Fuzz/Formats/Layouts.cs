using System.Buffers.Binary;
using System.Security.Cryptography;
using Ait.Attestation.Fuzz.Mutating;

namespace Ait.Attestation.Fuzz.Formats;

/// <summary>Takes sound evidence apart into its fields.</summary>
internal static class Layouts
{
    private static readonly int[] s_reportOffsets =
    [
        0x000, 0x004, 0x008, 0x010, 0x020, 0x030, 0x034, 0x038, 0x040, 0x048, 0x04C, 0x050, 0x090, 0x0C0, 0x0E0, 0x110, 0x140, 0x160, 0x180, 0x188, 0x18B, 0x1A0,
        0x1E0, 0x1E8, 0x1F0, 0x1F8, 0x200, 0x208, 0x2A0, 0x2D0, 0x2E8, 0x318, 0x330, 0x4A0,
    ];

    internal static List<Segment> Report(byte[] report) => Cut(report, s_reportOffsets);

    /// <summary>A report as /dev/sev-guest wraps it.</summary>
    internal static List<Segment> Response(byte[] report) =>
        [new(new byte[4]), new(Number(report.Length)), new(new byte[24]), .. Report(report), new(new byte[512])];

    /// <summary>A report as Azure's paravisor wraps it.</summary>
    internal static List<Segment> Paravisor(byte[] report)
    {
        byte[] runtime = "{\"keys\":[]}"u8.ToArray();
        byte[] bound = [.. report];
        SHA256.HashData(runtime).CopyTo(bound, 0x50);
        bound.AsSpan(0x70, 32).Clear();
        return
        [
            new("HCLA"u8.ToArray()), new(Number(1)), new(Number(1216 + 20 + runtime.Length)), new(Number(2)), new(new byte[16]), .. Report(bound),
            new(Number(20 + runtime.Length)), new(Number(1)), new(Number(2)), new(Number(1)), new(Number(runtime.Length), Covers: 1), new(runtime), new(new byte[64]),
        ];
    }

    internal static List<Segment> Quote(byte[] quote)
    {
        int version = BinaryPrimitives.ReadUInt16LittleEndian(quote);
        int kind = quote[4];
        int start = version == 5 ? 54 : 48;
        int body = version == 5 ? (int)BinaryPrimitives.ReadUInt32LittleEndian(quote.AsSpan(50)) : kind == 0 || version == 3 ? 384 : 584;
        List<Segment> layout = Cut(quote[..48], [0, 2, 4, 8, 10, 12, 28, 48]);
        List<Segment> report = Cut(quote[start..(start + body)], [.. Enumerable.Range(0, (body / 8) + 1).Select(step => step * 8).Where(at => at < body), body]);
        if (version == 5)
        {
            layout.AddRange([new(quote[48..50]), new(quote[50..54], Covers: report.Count)]);
        }

        layout.AddRange(report);
        int at = start + body + 4;
        List<Segment> data = [new(quote[at..(at + 64)]), new(quote[(at + 64)..(at + 128)])];
        at += 128;
        if (version > 3)
        {
            data.AddRange([new(quote[at..(at + 2)]), new(quote[(at + 2)..(at + 6)], Covers: 7)]);
            at += 6;
        }

        int authentication = BinaryPrimitives.ReadUInt16LittleEndian(quote.AsSpan(at + 448));
        int path = at + 450 + authentication;
        int length = (int)BinaryPrimitives.ReadUInt32LittleEndian(quote.AsSpan(path + 2));
        data.AddRange(
        [
            new(quote[at..(at + 384)]), new(quote[(at + 384)..(at + 448)]), new(quote[(at + 448)..(at + 450)], Covers: 1), new(quote[(at + 450)..path]),
            new(quote[path..(path + 2)]), new(quote[(path + 2)..(path + 6)], Covers: 1), new(quote[(path + 6)..(path + 6 + length)]),
        ]);
        return [.. layout, new(new byte[4], Covers: data.Count), .. data];
    }

    internal static List<Segment> Spdm(byte[] evidence)
    {
        List<Segment> layout = Cut(evidence[..41], [0, 1, 2, 3, 4, 36, 37, 38, 39, 40, 41]);
        int count = evidence[41];
        layout.AddRange([new(evidence[41..42], Covers: count, Counts: true), new(evidence[42..45], Covers: count)]);
        int at = 45;
        for (int block = 0; block < count; block++, at += 55)
        {
            layout.Add(new Segment(evidence[at..(at + 55)]));
        }

        layout.Add(new Segment(evidence[at..(at + 32)]));
        at += 32;
        int end = at + 2 + BinaryPrimitives.ReadUInt16LittleEndian(evidence.AsSpan(at));
        List<Segment> fields = Fields(evidence.AsSpan()[(at + 2)..end]);
        return [.. layout, new(evidence[at..(at + 2)], Covers: fields.Count), .. fields, new(evidence[end..(end + 48)]), new(evidence[(end + 48)..(end + 96)])];
    }

    /// <summary>Opaque data: type, length, value each.</summary>
    internal static List<Segment> Fields(ReadOnlySpan<byte> data)
    {
        List<Segment> fields = [];
        for (int field = 0; field < data.Length;)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(data[(field + 2)..]);
            fields.AddRange(
            [
                new(data.Slice(field, 2).ToArray()), new(data.Slice(field + 2, 2).ToArray(), Covers: 1), new(data.Slice(field + 4, length).ToArray()),
            ]);
            field += 4 + length;
        }

        return fields;
    }

    private static List<Segment> Cut(byte[] bytes, ReadOnlySpan<int> offsets)
    {
        List<Segment> segments = [];
        for (int index = 0; index + 1 < offsets.Length; index++)
        {
            segments.Add(new Segment(bytes[offsets[index]..offsets[index + 1]]));
        }

        return segments;
    }

    private static byte[] Number(int value) => [(byte)value, (byte)(value >> 8), (byte)(value >> 16), (byte)(value >> 24)];
}
