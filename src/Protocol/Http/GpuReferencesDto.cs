namespace Ait.Protocol.Http;

/// <summary>The references a network believes.</summary>
/// <param name="References">In the order of the tree's leaves.</param>
public sealed record GpuReferencesDto(IReadOnlyList<GpuReferenceDto> References);
