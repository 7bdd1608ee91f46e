namespace Ait.Attestation.Dcap;

/// <summary>Whether a service domain may be bound to a trust domain.</summary>
public enum ServiceDomainRule
{
    /// <summary>A bound service domain is refused: it can migrate the trust domain.</summary>
    MustBeAbsent = 0,

    /// <summary>Any bound service domain is accepted.</summary>
    DangerouslyAny = 1,
}
