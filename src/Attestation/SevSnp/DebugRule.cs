namespace Ait.Attestation.SevSnp;

/// <summary>Whether the host may debug the guest.</summary>
public enum DebugRule
{
    /// <summary>A guest that can be debugged is refused.</summary>
    Refused = 0,

    /// <summary>A guest that can be debugged is accepted: its memory is open to its host.</summary>
    DangerouslyAllowed = 1,
}
