namespace Ait.Emulation.Amd;

/// <summary>Security patch levels. <see cref="Fmc"/> exists on Turin only.</summary>
public sealed record EmulatedTcb(byte BootLoader, byte Tee, byte Snp, byte Microcode, byte Fmc = 0)
{
    /// <summary>Levels as current firmware of each product has them.</summary>
    public static EmulatedTcb Default(EmulatedProduct product) => product switch
    {
        EmulatedProduct.Milan => new(4, 0, 24, 219),
        EmulatedProduct.Genoa => new(10, 0, 23, 84),
        _ => new(1, 0, 2, 71),
    };

    /// <summary>TCB_VERSION as the report packs it.</summary>
    public byte[] Pack(EmulatedProduct product) => product == EmulatedProduct.Turin
        ? [Fmc, BootLoader, Tee, Snp, 0, 0, 0, Microcode]
        : [BootLoader, Tee, 0, 0, 0, 0, Snp, Microcode];
}
