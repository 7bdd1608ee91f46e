namespace Ait.Attestation.SevSnp;

/// <summary>Which kinds of keys may sign a report.</summary>
public enum SigningKeyRule
{
    /// <summary>Keys of one chip only.</summary>
    VcekOnly = 0,

    /// <summary>Keys that a provider loads into many chips, too.</summary>
    VcekOrVlek = 1,
}
