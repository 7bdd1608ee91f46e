namespace Ait.Attestation.Dcap;

/// <summary>Whether SEPT_VE_DISABLE must be set: without it, the host may inject virtualization exceptions into a trust domain.</summary>
public enum SeptVeDisableRule
{
    /// <summary>A trust domain with the bit clear is refused; what a device that is to be registered must show.</summary>
    MustBeSet = 0,

    /// <summary>A trust domain is accepted either way.</summary>
    DangerouslyAny = 1,
}
