namespace Ait.Attestation.Dcap;

/// <summary>One row of TCB info: least levels, and what Intel says of a platform that has them.</summary>
internal sealed record TcbLevel(
    IReadOnlyList<int> SgxComponents, IReadOnlyList<int>? TdxComponents, int PceSvn, DcapTcbStatus Status, IReadOnlyList<string> Advisories);
