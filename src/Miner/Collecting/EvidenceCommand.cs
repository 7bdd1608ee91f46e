using System.Collections.Immutable;
using Ait.Chain;

namespace Ait.Miner.Collecting;

/// <summary>Runs an external collector once per report: <c>CMD … --report-data 0x…</c>.</summary>
internal sealed class EvidenceCommand : IEvidenceSource
{
    private readonly ImmutableArray<string> _words;
    private readonly TimeSpan _timeout;

    public EvidenceCommand(ImmutableArray<string> words, TimeSpan timeout)
    {
        _words = words;
        _timeout = timeout;
    }

    public async Task<EvidenceOutcome> CollectAsync(ReadOnlyMemory<byte> reportData, CancellationToken cancellation)
    {
        (byte[]? output, EvidenceOutcome.Failed? failed) = await CollectorProcess
            .RunAsync([.. _words, "--report-data", Hex.Encode(reportData.Span)], "--evidence-command", _timeout, cancellation).ConfigureAwait(false);
        return output is null ? failed! : EvidenceOutput.Read(output); // one of the two is there
    }
}
