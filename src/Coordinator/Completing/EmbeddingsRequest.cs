using System.Collections.Immutable;
using Ait.Protocol;

namespace Ait.Coordinator.Completing;

/// <summary>What a buyer wants embedded: a workload for each input, in their order.</summary>
/// <param name="Model">The model's words.</param>
/// <param name="Workloads">What will run; equal inputs are one workload.</param>
/// <param name="IsBase64">Whether the values are wanted as base64 of little-endian floats.</param>
internal sealed record EmbeddingsRequest(ModelText Model, ImmutableArray<Workload> Workloads, bool IsBase64)
{
    /// <summary>What a workload costs.</summary>
    internal ComputeUnits Price(Workload workload) => workload.Price(Model.Entry.MicroComputeUnitsPerToken);
}
