namespace Ait.Miner.Collecting;

/// <summary>The border to the hardware: asks for a report over 64 bytes of report data, with the certificates that endorse it.</summary>
internal interface IEvidenceSource
{
    public Task<EvidenceOutcome> CollectAsync(ReadOnlyMemory<byte> reportData, CancellationToken cancellation);
}
