namespace Ait.Attestation.SevSnp;

/// <summary>What product a name or a processor stands for.</summary>
internal static class SnpProducts
{
    internal static SnpProduct? FromName(ReadOnlySpan<char> name) => name switch
    {
        "Milan" => SnpProduct.Milan,
        "Genoa" => SnpProduct.Genoa,
        "Turin" => SnpProduct.Turin,
        _ => null,
    };

    /// <summary>CPUID family and model as AMD assigns them to products; null for every other processor.</summary>
    internal static SnpProduct? FromProcessor(byte family, byte model) => (family, model) switch
    {
        (0x19, <= 0x0F) => SnpProduct.Milan,
        (0x19, >= 0x10 and <= 0x1F) => SnpProduct.Genoa,
        (0x19, >= 0xA0 and <= 0xAF) => SnpProduct.Genoa,
        (0x1A, <= 0x11) => SnpProduct.Turin,
        _ => null,
    };
}
