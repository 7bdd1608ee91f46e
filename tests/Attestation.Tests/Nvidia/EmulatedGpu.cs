using System.Buffers.Binary;
using System.Text;

namespace Ait.Attestation.Tests.Nvidia;

/// <summary>Everything that goes into one report. Tests change one thing at a time; whatever they change is signed.</summary>
internal sealed record EmulatedGpu
{
    internal string Chip { get; init; } = "GH100";

    internal string Unit { get; init; } = "GSP";

    internal byte[] Nonce { get; init; } = [.. Enumerable.Range(1, 32).Select(value => (byte)value)];

    /// <summary>Bytes to put at places of the request, and of the response counted from its own start.</summary>
    internal (int At, byte Value)? Request { get; init; }

    internal (int At, byte Value)? Response { get; init; }

    internal byte[] FirmwareId { get; init; } = [.. Enumerable.Repeat((byte)0xF1, 48)];

    /// <summary>The extension of the attestation certificate; null writes the one of the chip's family.</summary>
    internal byte[]? FirmwareExtension { get; init; }

    internal IReadOnlyDictionary<int, byte[]> Blocks { get; init; } =
        Enumerable.Range(1, 64).ToDictionary(index => index, index => Enumerable.Repeat((byte)index, 48).ToArray());

    internal IReadOnlyList<(int Type, byte[] Value)> Fields { get; init; } =
    [
        (3, Encoding.ASCII.GetBytes("550.90.07\0")),
        (6, [0x00, 0x9F, 0x00, 0x96, 0x01, 0, 0, 0]),
        (11, [0x55]),
        (13, new byte[8]),
        (20, [.. Enumerable.Repeat((byte)0xF1, 48)]),
        (21, [0x55]),
        (34, [1, 0]),
        (36, [0, 0]),
    ];

    internal EmulatedGpu With(int type, byte[]? value) => this with
    {
        Fields = [.. Fields.Where(field => field.Type != type), .. value is null ? [] : new (int, byte[])[] { (type, value) }],
    };

    internal EmulatedGpu WithBlock(int index, byte value) => this with
    {
        Blocks = Blocks.ToDictionary(block => block.Key, block => block.Key == index ? Enumerable.Repeat(value, 48).ToArray() : block.Value),
    };

    internal byte[] Unsigned()
    {
        byte[] request = [0x11, 0xE0, 0x01, 0xFF, .. Nonce, 0];
        if (Request is { } asked)
        {
            request[asked.At] = asked.Value;
        }

        byte[] record = [.. Blocks.SelectMany(block => (byte[])[(byte)block.Key, 1, 51, 0, 1, 48, 0, .. block.Value])];
        byte[] opaque = [.. Fields.SelectMany(field => (byte[])[.. U16(field.Type), .. U16(field.Value.Length), .. field.Value])];
        byte[] response =
        [
            0x11, 0x60, 0, 0, (byte)Blocks.Count, (byte)record.Length, (byte)(record.Length >> 8), 0,
            .. record, .. Enumerable.Repeat((byte)0xA5, 32), .. U16(opaque.Length), .. opaque,
        ];
        if (Response is { } answered)
        {
            response[answered.At] = answered.Value;
        }

        return [.. request, .. response];
    }

    private static byte[] U16(int value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
        return bytes;
    }
}
