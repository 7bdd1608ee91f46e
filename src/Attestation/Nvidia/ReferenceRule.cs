namespace Ait.Attestation.Nvidia;

/// <summary>Which reference manifests must be given. One that is given must always be signed, current and matched.</summary>
public enum ReferenceRule
{
    /// <summary>The driver's and the VBIOS's.</summary>
    Required = 0,

    /// <summary>At least one of the two.</summary>
    AtLeastOne = 1,

    /// <summary>None: measurements without a manifest are taken as they are.</summary>
    CheckWhatIsGiven = 2,
}
