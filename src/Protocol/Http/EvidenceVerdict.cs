namespace Ait.Protocol.Http;

/// <summary>What a coordinator found when it verified a device's evidence.</summary>
/// <param name="Profile">The trust profile that follows from the evidence: <c>AttestedGpu</c>, <c>MeasuredHost</c> or <c>SgxKeyedHost</c>.</param>
/// <param name="Platform"><c>SevSnp</c>, <c>Tdx</c> or <c>Sgx</c>.</param>
/// <param name="Summary">What was verified, in a few words.</param>
/// <param name="VerifiedAt">Unix seconds.</param>
/// <param name="ValidUntil">Unix seconds until which the verdict counts.</param>
public sealed record EvidenceVerdict(string Profile, string Platform, string Summary, ulong VerifiedAt, ulong ValidUntil);
