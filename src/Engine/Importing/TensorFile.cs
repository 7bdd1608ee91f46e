using System.Buffers.Binary;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace Ait.Engine.Importing;

/// <summary>
/// A safetensors file: eight bytes with the length of the header, a JSON header that says where each tensor lies, and the
/// tensors one after the other, without holes or overlaps. Everything is checked before a tensor is read.
/// </summary>
internal sealed class TensorFile : IDisposable
{
    private const int LengthBytes = 8;

    private readonly SafeFileHandle _handle;
    private readonly Dictionary<string, Tensor> _tensors = [];

    private TensorFile(string name, SafeFileHandle handle)
    {
        Name = name;
        _handle = handle;
    }

    public string Name { get; }

    public IReadOnlyDictionary<string, Tensor> Tensors => _tensors;

    public static TensorFile Open(string folder, string name)
    {
        SafeFileHandle handle;
        try
        {
            handle = File.OpenHandle(Path.Combine(folder, name));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw JsonFile.Fault(EngineRefusalCode.FileUnreadable, name, "a file that can be read", fault is FileNotFoundException ? "no such file" : fault.Message);
        }

        var file = new TensorFile(name, handle);
        try
        {
            file.ReadHeader();
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Dispose() => _handle.Dispose();

    /// <summary>Fills the whole span from the place in the file.</summary>
    public void Read(Span<byte> target, long offset)
    {
        int done = 0;
        while (done < target.Length)
        {
            int count = RandomAccess.Read(_handle, target[done..], offset + done);
            if (count == 0)
            {
                throw JsonFile.Fault(EngineRefusalCode.MalformedFile, $"{Name}, offset {offset + done}", $"{target.Length - done} more bytes", "the end of the file");
            }

            done += count;
        }
    }

    private void ReadHeader()
    {
        long length = RandomAccess.GetLength(_handle);
        Span<byte> prefix = stackalloc byte[LengthBytes];
        if (length < LengthBytes + 2)
        {
            throw Fault(0, $"at least {LengthBytes + 2} bytes", $"{length}");
        }

        Read(prefix, 0);
        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerLength > EngineLimits.MaxTensorHeaderBytes)
        {
            throw JsonFile.Fault(EngineRefusalCode.FileTooLarge, $"{Name}, offset 0", $"a header of at most {EngineLimits.MaxTensorHeaderBytes} bytes", $"{headerLength}");
        }

        if (headerLength > (ulong)(length - LengthBytes))
        {
            throw Fault(0, $"a header of at most {length - LengthBytes} bytes, which is the rest of the file", $"{headerLength}");
        }

        byte[] header = new byte[headerLength];
        Read(header, LengthBytes);
        using JsonFile json = JsonFile.Parse(Name, header, LengthBytes);
        long data = LengthBytes + (long)headerLength;
        foreach (JsonProperty entry in json.Root.EnumerateObject())
        {
            if (entry.NameEquals("__metadata__"u8))
            {
                CheckMetadata(entry.Value);
                continue;
            }

            if (_tensors.Count == EngineLimits.MaxTensors)
            {
                throw JsonFile.Fault(EngineRefusalCode.FileTooLarge, Name, $"at most {EngineLimits.MaxTensors} tensors", "more");
            }

            Tensor tensor = ReadEntry(json, entry, data, length - data);
            _tensors.Add(tensor.Name, tensor);
        }

        CheckCover(data, length);
    }

    private void CheckMetadata(JsonElement metadata)
    {
        if (metadata.ValueKind != JsonValueKind.Object)
        {
            throw Fault(LengthBytes, "__metadata__ as an object of strings", JsonFile.Shown(metadata));
        }

        foreach (JsonProperty entry in metadata.EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.String)
            {
                throw Fault(LengthBytes, "__metadata__ as an object of strings", JsonFile.Shown(entry.Value));
            }
        }
    }

    private Tensor ReadEntry(JsonFile json, JsonProperty property, long data, long dataLength)
    {
        string name = property.Name;
        JsonElement entry = property.Value;
        if (entry.ValueKind != JsonValueKind.Object
            || !entry.TryGetProperty("dtype", out JsonElement type) || type.ValueKind != JsonValueKind.String
            || !entry.TryGetProperty("shape", out JsonElement shape) || shape.ValueKind != JsonValueKind.Array
            || !entry.TryGetProperty("data_offsets", out JsonElement offsets) || offsets.ValueKind != JsonValueKind.Array || offsets.GetArrayLength() != 2)
        {
            throw Fault(LengthBytes, $"{name} with dtype, shape and two data_offsets", JsonFile.Shown(entry));
        }

        if (!offsets[0].TryGetInt64Safely(out long begin) || !offsets[1].TryGetInt64Safely(out long end) || begin < 0 || end < begin || end > dataLength)
        {
            throw Fault(LengthBytes, $"{name} with ascending data_offsets of at most {dataLength}", JsonFile.Shown(offsets));
        }

        int dimensions = shape.GetArrayLength();
        long rows = 1;
        long columns = 1;
        UInt128 count = 1;
        int index = 0;
        foreach (JsonElement size in shape.EnumerateArray())
        {
            if (!size.TryGetInt64Safely(out long value) || value < 0 || value > long.MaxValue / 16 || count * (ulong)value > long.MaxValue)
            {
                throw Fault(LengthBytes, $"{name} with a shape whose product fits the file", JsonFile.Shown(shape));
            }

            count *= (ulong)value;
            (rows, columns) = index == 0 ? (1, value) : index == 1 ? (columns, value) : (rows, columns);
            index++;
        }

        (TensorType kind, int bits) = Kind(json.TextOf(type, name));
        if (bits == 0)
        {
            throw Fault(LengthBytes, $"{name} with a dtype of the format", JsonFile.Shown(type));
        }

        UInt128 bytes = count * (uint)bits;
        return bytes == (UInt128)(end - begin) * 8
            ? new Tensor(name, this, kind, dimensions, rows, columns, data + begin, end - begin)
            : throw Fault(data + begin, $"{name} in {bytes / 8} bytes by its shape", $"{end - begin} by its data_offsets");
    }

    private static (TensorType Type, int Bits) Kind(string name) => name switch
    {
        "F32" => (TensorType.F32, 32),
        "F16" => (TensorType.F16, 16),
        "BF16" => (TensorType.BF16, 16),
        "F64" or "I64" or "U64" or "C64" => (TensorType.Other, 64),
        "I32" or "U32" => (TensorType.Other, 32),
        "I16" or "U16" => (TensorType.Other, 16),
        "I8" or "U8" or "BOOL" or "F8_E4M3" or "F8_E5M2" or "F8_E8M0" => (TensorType.Other, 8),
        "F4" => (TensorType.Other, 4),
        _ => (TensorType.Other, 0),
    };

    private void CheckCover(long data, long length)
    {
        long at = data;
        foreach (Tensor tensor in _tensors.Values.OrderBy(tensor => tensor.Offset).ThenBy(tensor => tensor.Bytes))
        {
            if (tensor.Offset != at)
            {
                throw Fault(at, "the next tensor", tensor.Offset < at ? $"{tensor.Name}, which overlaps it" : $"{tensor.Offset - at} bytes of no tensor");
            }

            at += tensor.Bytes;
        }

        if (at != length)
        {
            throw Fault(at, "the end of the file", $"{length - at} bytes of no tensor");
        }
    }

    private EngineRefusedException Fault(long offset, string expected, string found) =>
        JsonFile.Fault(EngineRefusalCode.MalformedFile, $"{Name}, offset {offset}", expected, found);
}
