namespace Ait.Attestation.SevSnp;

/// <summary>An AMD EPYC product line that has its own root key. Bergamo and Siena belong to Genoa.</summary>
public enum SnpProduct
{
    /// <summary>Zen 3 (family 19h).</summary>
    Milan = 1,

    /// <summary>Zen 4 (family 19h), with Bergamo and Siena.</summary>
    Genoa = 2,

    /// <summary>Zen 5 (family 1Ah).</summary>
    Turin = 3,
}
