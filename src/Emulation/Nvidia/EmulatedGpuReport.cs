using System.Buffers.Binary;
using System.Text;

namespace Ait.Emulation.Nvidia;

/// <summary>What goes into SPDM evidence of one GPU. Tests of verifiers change one thing at a time; whatever they change is signed.</summary>
public sealed record EmulatedGpuReport
{
    public const string DriverVersion = "550.90.07";

    /// <summary>As the reference manifest spells it; the report holds the same eight bytes in another order.</summary>
    public const string VbiosVersion = "96.00.9F.00.01";

    /// <summary>The name under which the vendor's service has the VBIOS's manifest: project, project SKU, chip SKU, version.</summary>
    public const string VbiosManifest = "NV_GPU_VBIOS_1010_0205_862_96009F0001";

    public const int RequestLength = 37;

    private static readonly byte[] s_firmwareId = [.. Enumerable.Repeat((byte)0xF1, 48)];

    public string Chip { get; init; } = "GH100";

    /// <summary>GSP of a GPU; a switch has another.</summary>
    public string Unit { get; init; } = "GSP";

    /// <summary>32 bytes of the request.</summary>
    public byte[] Nonce { get; init; } = [.. Enumerable.Range(1, 32).Select(value => (byte)value)];

    /// <summary>32 bytes that the GPU adds.</summary>
    public byte[] ResponderNonce { get; init; } = [.. Enumerable.Repeat((byte)0xA5, 32)];

    /// <summary>A byte to put at a place of the request, or of the response counted from its own start.</summary>
    public (int At, byte Value)? Request { get; init; }

    public (int At, byte Value)? Response { get; init; }

    /// <summary>48 bytes, in the attestation certificate.</summary>
    public byte[] FirmwareId { get; init; } = s_firmwareId;

    /// <summary>The extension of the attestation certificate; null writes the one of the chip's family.</summary>
    public byte[]? FirmwareExtension { get; init; }

    /// <summary>Measurements by block: 64, block n holding 48 times the byte n.</summary>
    public IReadOnlyDictionary<int, byte[]> Blocks { get; init; } =
        Enumerable.Range(1, 64).ToDictionary(index => index, index => Enumerable.Repeat((byte)index, 48).ToArray());

    /// <summary>Opaque data: the fields of an H100 in confidential mode with one GPU a guest, in the order of its firmware.</summary>
    public IReadOnlyList<(int Type, byte[] Value)> Fields { get; init; } =
    [
        (6, [0x00, 0x9F, 0x00, 0x96, 0x01, 0, 0, 0]),
        (14, [0xA1, 4, 0, 0]),
        (15, Encoding.ASCII.GetBytes("862\0\0\0\0\0\0")),
        (16, Encoding.ASCII.GetBytes("0\0\0\0\0")),
        (17, Encoding.ASCII.GetBytes("1010\0")),
        (18, Encoding.ASCII.GetBytes("0205\0")),
        (19, [0, 0]),
        (3, Encoding.ASCII.GetBytes(DriverVersion + "\0")),
        (4, [0x80, 1, 0, 0, 0, 0, 0, 0]),
        (12, new byte[256]),
        (13, [0, 0xC0, 1, 0]),
        (11, [0x55]),
        (20, s_firmwareId),
        (21, [0x55]),
        (34, [1, 0]),
        (36, [0, 0]),
    ];

    /// <summary>With one opaque field last and of this value, or without it.</summary>
    public EmulatedGpuReport With(int type, byte[]? value) => this with
    {
        Fields = [.. Fields.Where(field => field.Type != type), .. value is null ? [] : new (int, byte[])[] { (type, value) }],
    };

    /// <summary>With 48 times this byte in one block.</summary>
    public EmulatedGpuReport WithBlock(int index, byte value) => this with
    {
        Blocks = Blocks.ToDictionary(block => block.Key, block => block.Key == index ? Enumerable.Repeat(value, 48).ToArray() : block.Value),
    };

    /// <summary>Request and response without the signature: what the GPU signs.</summary>
    public byte[] Unsigned()
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
            .. record, .. ResponderNonce, .. U16(opaque.Length), .. opaque,
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
