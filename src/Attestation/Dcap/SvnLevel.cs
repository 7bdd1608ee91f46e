namespace Ait.Attestation.Dcap;

/// <summary>One row of a QE or TDX module identity.</summary>
internal sealed record SvnLevel(int IsvSvn, DcapTcbStatus Status, IReadOnlyList<string> Advisories);
