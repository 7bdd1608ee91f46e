namespace Ait.Protocol.Http;

/// <summary>One reference of a GPU's driver or VBIOS.</summary>
/// <param name="Kind"><c>Driver</c> or <c>Vbios</c>.</param>
/// <param name="Chip">The chip, <c>GH100</c>.</param>
/// <param name="Version">The version it is about.</param>
/// <param name="Values">Its values in hex, as the contracts take them.</param>
public sealed record GpuReferenceDto(GpuReferenceKind Kind, string Chip, string Version, string Values);
