namespace Ait.Attestation.SevSnp;

/// <summary>Whether evidence must name its chip.</summary>
public enum ChipIdRule
{
    /// <summary>A masked chip id is refused: without it two machines cannot be told apart.</summary>
    Required = 0,

    /// <summary>A masked chip id is accepted.</summary>
    MayBeMasked = 1,
}
