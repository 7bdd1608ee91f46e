namespace Ait.Attestation.SevSnp;

/// <summary>Whether a migration agent may move the guest.</summary>
public enum MigrationRule
{
    /// <summary>A guest that can be moved is refused.</summary>
    Refused = 0,

    /// <summary>A guest that can be moved is accepted: its agent sees its memory.</summary>
    DangerouslyAllowed = 1,
}
