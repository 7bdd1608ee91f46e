using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Ait.Attestation.Nvidia;

/// <summary>The device's own fields: type and length, 16 bits each, then the value; no type twice, nothing left over.</summary>
internal sealed class OpaqueData
{
    private readonly Dictionary<int, ReadOnlyMemory<byte>> _fields;

    private OpaqueData(Dictionary<int, ReadOnlyMemory<byte>> fields) => _fields = fields;

    internal bool TryGet(OpaqueField field, out ReadOnlyMemory<byte> value) => _fields.TryGetValue((int)field, out value);

    internal static bool TryParse(
        ReadOnlyMemory<byte> bytes, int offset, [NotNullWhen(true)] out OpaqueData? data, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        data = null;
        var fields = new Dictionary<int, ReadOnlyMemory<byte>>();
        int at = 0;
        while (at < bytes.Length)
        {
            int left = bytes.Length - at - 4;
            int type = left < 0 ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(bytes.Span[at..]);
            int length = left < 0 ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(bytes.Span[(at + 2)..]);
            if (left < length || !fields.TryAdd(type, bytes.Slice(at + 4, length)))
            {
                refusal = new RefusalReason(
                    Refusal.OpaqueData, "opaque data", "fields of their own type and declared length", $"type {type}, {length} bytes, {left} left", offset + at);
                return false;
            }

            at += 4 + length;
        }

        data = new OpaqueData(fields);
        refusal = null;
        return true;
    }
}
