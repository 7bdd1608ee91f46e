using System.Collections.Immutable;
using Ait.Chain;

namespace Ait.Miner.Collecting;

/// <summary>Runs an external collector once per report of a GPU: <c>CMD … --gpu-nonce 0x…</c>.</summary>
internal sealed class GpuEvidenceCommand : IGpuEvidenceSource
{
    private readonly ImmutableArray<string> _words;
    private readonly TimeSpan _timeout;

    public GpuEvidenceCommand(ImmutableArray<string> words, TimeSpan timeout)
    {
        _words = words;
        _timeout = timeout;
    }

    public async Task<GpuEvidenceOutcome> CollectAsync(ImmutableArray<byte> gpuUuid, ReadOnlyMemory<byte> nonce, CancellationToken cancellation)
    {
        (byte[]? output, EvidenceOutcome.Failed? failed) = await CollectorProcess
            .RunAsync([.. _words, "--gpu-nonce", Hex.Encode(nonce.Span)], "--gpu-evidence-command", _timeout, cancellation).ConfigureAwait(false);
        return output is not null
            ? GpuEvidenceOutput.Read(output)
            : new GpuEvidenceOutcome.Failed(failed!.Failure, failed.Problem, failed.Remedy); // one of the two is there
    }
}
