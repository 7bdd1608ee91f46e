namespace Ait.Attestation.Manifest;

/// <summary>
/// How a host hands over a file that a manifest names. The path is relative, normalised, uses <c>/</c> and never
/// leaves the base folder. Answer null if the file is absent or cannot be read.
/// </summary>
public delegate byte[]? EvidenceFileReader(string relativePath);
