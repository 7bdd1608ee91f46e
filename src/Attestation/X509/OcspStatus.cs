namespace Ait.Attestation.X509;

/// <summary>certStatus of a single response, by its tag.</summary>
internal enum OcspStatus
{
    Good = 0,
    Revoked = 1,
    Unknown = 2,
}
