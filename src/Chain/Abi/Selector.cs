using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Ait.Chain.Abi;

/// <summary>The first four bytes of the Keccak-256 of a signature such as <c>transfer(address,uint256)</c>.</summary>
/// <param name="Value">The four bytes as a big-endian number.</param>
public readonly record struct Selector(uint Value)
{
    /// <summary>The number of bytes.</summary>
    public const int Size = 4;

    /// <summary>The selector of a canonical signature.</summary>
    public static Selector Of(string signature)
    {
        Span<byte> digest = stackalloc byte[Hash256.Size];
        Keccak256.Hash(Encoding.ASCII.GetBytes(signature), digest);
        return new Selector(BinaryPrimitives.ReadUInt32BigEndian(digest));
    }

    /// <summary>Reads the first four bytes of calldata or revert data; false if there are fewer.</summary>
    public static bool TryRead(ReadOnlySpan<byte> data, out Selector selector)
    {
        bool present = BinaryPrimitives.TryReadUInt32BigEndian(data, out uint value);
        selector = new Selector(value);
        return present;
    }

    /// <summary>Writes the four bytes.</summary>
    public void CopyTo(Span<byte> destination) => BinaryPrimitives.WriteUInt32BigEndian(destination, Value);

    /// <summary><c>0x</c> and eight lowercase digits.</summary>
    public override string ToString() => "0x" + Value.ToString("x8", CultureInfo.InvariantCulture);
}
