namespace Ait.Attestation.SevSnp;

/// <summary>Whether a revocation list must be given. One that is given must always be signed, current and not list the path.</summary>
public enum RevocationRule
{
    /// <summary>Evidence without a list is refused.</summary>
    Required = 0,

    /// <summary>Evidence without a list is accepted.</summary>
    CheckWhatIsGiven = 1,
}
