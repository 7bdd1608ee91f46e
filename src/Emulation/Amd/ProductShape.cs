namespace Ait.Emulation.Amd;

/// <summary>What differs from product to product in certificates and reports.</summary>
internal sealed record ProductShape(
    EmulatedProduct Product,
    string ProductNameExtension,
    int StructVersion,
    int HardwareIdLength,
    byte Family,
    byte Model,
    byte Stepping,
    int RootSerial,
    int IntermediateSerial,
    int VersionedIntermediateSerial)
{
    internal static ProductShape Of(EmulatedProduct product) => product switch
    {
        EmulatedProduct.Milan => new(product, "Milan-B0", 0, 64, 0x19, 0x01, 1, 0x10000, 0x10001, 0x10101),
        EmulatedProduct.Genoa => new(product, "Genoa", 0, 64, 0x19, 0x11, 1, 0x20000, 0x20002, 0x20101),
        EmulatedProduct.Turin => new(product, "Turin", 1, 8, 0x1A, 0x02, 1, 0x30000, 0x30001, 0x30101),
        _ => throw new ArgumentOutOfRangeException(nameof(product)),
    };
}
