using System.Collections.Immutable;
using System.Diagnostics;
using Ait.Chain;
using Ait.Miner.Collecting;
using Ait.Miner.Evidencing;
using Ait.Protocol.Http;

namespace Ait.Miner.Submission;

/// <summary>Brings a device's evidence to the coordinator, signed with the key that the evidence is bound to.</summary>
internal sealed class EnrolmentDesk : IEnrolmentDesk
{
    private readonly CoordinatorClient _client;

    public EnrolmentDesk(CoordinatorClient client) => _client = client;

    public async Task<ContractRefusal?> EnrolAsync(DeviceIdentity device, BoundEvidence evidence, CancellationToken cancellation) =>
        await _client.EnrolAsync(Request(device, evidence), cancellation).ConfigureAwait(false) switch
        {
            Reply<EnrolmentResponse>.Answered => null,
            Reply<EnrolmentResponse>.Refused { Refusal: CoordinatorRefusal refusal } => new ContractRefusal(
                refusal.Code,
                $"The coordinator does not enrol this device: {refusal.Sentence}",
                refusal.Remedy ?? "See docs/refusals.md.",
                refusal.Code is ProblemCodes.EvidenceStale or ProblemCodes.NonceReplayed or ProblemCodes.StaleTimestamp),
            Reply<EnrolmentResponse>.Unavailable unavailable => new ContractRefusal(
                "CoordinatorAway", $"The coordinator does not judge the evidence: {unavailable.Reason}.", "The miner keeps trying; check --coordinator if this lasts.", IsTransient: true),
            _ => throw new UnreachableException(),
        };

    private static EnrolmentRequest Request(DeviceIdentity device, BoundEvidence evidence)
    {
        CollectedEvidence collected = evidence.Collected;
        return new EnrolmentRequest(
            evidence.GpuId,
            device.OperatorAccount,
            device.DeviceClass,
            Hex.Encode(device.GpuUuid.AsSpan()),
            evidence.BlockNumber,
            collected.Platform.ToString(),
            Hex.Encode(collected.Report.AsSpan()),
            collected.HasCertificates ? [Text(collected.Vcek), Text(collected.Ask), Text(collected.Ark)] : [],
            evidence.Gpu is { } gpu ? [new GpuEvidenceDto(Hex.Encode(gpu.Report.Span), [.. gpu.Certificates.Select(der => Hex.Encode(der.Span))])] : []);
    }

    private static string Text(ImmutableArray<byte> bytes) => Hex.Encode(bytes.AsSpan());
}
