using System.Buffers.Binary;
using System.Globalization;

namespace Ait.Attestation.SevSnp;

/// <summary>
/// The eight security patch levels of one product. The same byte means different things on different products, so
/// levels are compared component by component and never as one number.
/// </summary>
/// <param name="Product">The product that gives the bytes their meaning.</param>
/// <param name="Packed">The bytes as the report holds them, the first in the lowest bits.</param>
public readonly record struct TcbVersion(SnpProduct Product, ulong Packed)
{
    /// <summary>First mutable code; Turin only, zero elsewhere.</summary>
    public byte Fmc => Product == SnpProduct.Turin ? At(0) : (byte)0;

    /// <summary>Boot loader.</summary>
    public byte BootLoader => Product == SnpProduct.Turin ? At(1) : At(0);

    /// <summary>Trusted OS.</summary>
    public byte Tee => Product == SnpProduct.Turin ? At(2) : At(1);

    /// <summary>SNP firmware.</summary>
    public byte Snp => Product == SnpProduct.Turin ? At(3) : At(6);

    /// <summary>Microcode.</summary>
    public byte Microcode => At(7);

    /// <summary>True if every component is at least that of <paramref name="floor"/>.</summary>
    public bool IsAtLeast(TcbFloor floor) => FirstBelow(floor) is null;

    /// <summary>True if no component is above that of <paramref name="other"/>.</summary>
    public bool IsAtMost(TcbVersion other)
    {
        for (int index = 0; index < 8; index++)
        {
            if (At(index) > other.At(index))
            {
                return false;
            }
        }

        return true;
    }

    internal static TcbVersion Read(SnpProduct product, ReadOnlySpan<byte> bytes) =>
        new(product, BinaryPrimitives.ReadUInt64LittleEndian(bytes));

    /// <summary>The byte at an index of TCB_VERSION, whatever it means.</summary>
    internal byte At(int index) => (byte)(Packed >> (8 * index));

    /// <summary>Name, floor and value of the first component below the floor.</summary>
    internal (string Name, byte Floor, byte Value)? FirstBelow(TcbFloor floor)
    {
        ArgumentNullException.ThrowIfNull(floor);
        return Fmc < floor.Fmc ? ("fmc", floor.Fmc, Fmc)
            : BootLoader < floor.BootLoader ? ("bl", floor.BootLoader, BootLoader)
            : Tee < floor.Tee ? ("tee", floor.Tee, Tee)
            : Snp < floor.Snp ? ("snp", floor.Snp, Snp)
            : Microcode < floor.Microcode ? ("ucode", floor.Microcode, Microcode)
            : null;
    }

    /// <summary>The components by name.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{(Product == SnpProduct.Turin ? $"fmc {Fmc}, " : string.Empty)}bl {BootLoader}, tee {Tee}, snp {Snp}, ucode {Microcode}");
}
