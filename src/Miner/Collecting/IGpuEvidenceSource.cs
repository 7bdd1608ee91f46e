using System.Collections.Immutable;

namespace Ait.Miner.Collecting;

/// <summary>The border to a GPU that signs: asks for a report over a nonce of 32 bytes, with the certificates of its key.</summary>
internal interface IGpuEvidenceSource
{
    public Task<GpuEvidenceOutcome> CollectAsync(ImmutableArray<byte> gpuUuid, ReadOnlyMemory<byte> nonce, CancellationToken cancellation);
}
