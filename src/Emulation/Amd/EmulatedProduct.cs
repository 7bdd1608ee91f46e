namespace Ait.Emulation.Amd;

/// <summary>Product lines that can be emulated.</summary>
public enum EmulatedProduct
{
    Milan = 1,
    Genoa = 2,
    Turin = 3,
}
