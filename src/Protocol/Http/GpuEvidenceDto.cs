namespace Ait.Protocol.Http;

/// <summary>Evidence of one GPU. Bytes are hexadecimal.</summary>
/// <param name="Report">SPDM request and response, one after the other.</param>
/// <param name="Certificates">Five, DER, the attestation key's first and the root last.</param>
public sealed record GpuEvidenceDto(string Report, IReadOnlyList<string> Certificates);
