using System.Collections.Immutable;
using Ait.Attestation;
using Ait.Attestation.Dcap;
using Ait.Attestation.Devices;
using Ait.Attestation.Nvidia;
using Ait.Attestation.SevSnp;
using Ait.Chain;
using Ait.Coordinator.Configuration;
using Ait.Coordinator.OnChain;
using Ait.Protocol;
using Ait.Protocol.Http;
using Refusal = Ait.Coordinator.Admitting.Refusal;

namespace Ait.Coordinator.Enrolling;

/// <summary>Verifies a device's evidence before it is enrolled: processor and GPU up to the deployment's roots, bound to each other, to the key and to a recent block.</summary>
internal sealed class EvidenceJudge
{
    /// <summary>As the registry has it: 0 is the guest, 1 a guest below a paravisor.</summary>
    private const uint HighestVmpl = 1;

    /// <summary>The registry takes no older challenge.</summary>
    private const ulong ChallengeBlocks = 128;

    /// <summary>LP-065: evidence counts for a day at most.</summary>
    private static readonly TimeSpan s_validity = TimeSpan.FromHours(24);
    /// <summary>What an H100's certificates call it.</summary>
    private const string H100Chip = "GH100";

    /// <summary>Devices that are judged or wait for collateral at one time; strangers cost this much and no more.</summary>
    private const int MostAtOnce = 256;

    private readonly CollateralGatherer _collateral;
    private readonly IMiningChain _chain;
    private readonly Deployment _deployment;
    private readonly TrustRoots _roots;
    private readonly TimeProvider _clock;

    /// <summary>So many machines enrol again without their certificates being verified anew; about 10 MiB.</summary>
    private readonly CertificateCache _certificates = new(1024);
    private int _judging;

    public EvidenceJudge(CollateralGatherer collateral, IMiningChain chain, Deployment deployment, TimeProvider clock)
    {
        _collateral = collateral;
        _chain = chain;
        _deployment = deployment;
        _roots = deployment.TrustRoots();
        _clock = clock;
    }

    /// <summary>The enrolment that the evidence earns, or why it earns none.</summary>
    internal async Task<(EnrolmentResponse? Enrolment, Refusal? Refusal)> JudgeAsync(EnrolmentClaim claim, CancellationToken cancellation)
    {
        ChainHead head = await _chain.ReadHeadAsync(cancellation);
        Hash256? challenge = claim.BlockNumber <= head.Number && head.Number - claim.BlockNumber < ChallengeBlocks
            ? await _chain.ReadBlockHashAsync(claim.BlockNumber, cancellation)
            : null;
        if (challenge is not { } blockHash)
        {
            return (null, new Refusal(
                ProblemCodes.EvidenceStale, "The evidence answers no recent block.", $"a block from {head.Number - Math.Min(head.Number, ChallengeBlocks - 1)} to {head.Number}", $"{claim.BlockNumber}",
                "Collect fresh evidence, and see that the node is in step."));
        }

        Hash256 binding = new DeviceBinding(
            _deployment.ChainId, _deployment.DeviceRegistry, claim.Operator, claim.EnclaveKey, claim.GpuId, claim.DeviceClass, claim.BlockNumber, blockHash).Compute();
        byte[] bound = new byte[Hash256.Size];
        binding.CopyTo(bound);

        // What costs nothing comes before what asks vendors and verifies signatures.
        if (CheckBinding(claim, new ByteString(bound)) is Refusal foreign)
        {
            return (null, foreign);
        }

        if (Interlocked.Increment(ref _judging) > MostAtOnce)
        {
            Interlocked.Decrement(ref _judging);
            return (null, new Refusal(
                ProblemCodes.Unavailable, "Too much evidence is being judged now.", $"at most {MostAtOnce} devices at once", "more", "Try again in some seconds; a device that is enrolled already keeps its seats meanwhile."));
        }

        try
        {
            return await JudgeBoundAsync(claim, bound, cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref _judging);
        }
    }

    /// <summary>Whether the report speaks of this key, operator, GPU and block at all. Null means yes; nothing of it is verified by that.</summary>
    private static Refusal? CheckBinding(EnrolmentClaim claim, ByteString binding)
    {
        ByteString found;
        if (claim.Platform == EnrolmentClaim.SevSnp)
        {
            if (!SnpReport.TryParse(claim.Report, out SnpReport? report, out RefusalReason? reason))
            {
                return CollateralGatherer.Refuse(reason);
            }

            found = report.ReportData;
        }
        else
        {
            if (!QuoteFields.TryRead(claim.Report, out QuoteFields? quote, out RefusalReason? reason))
            {
                return CollateralGatherer.Refuse(reason);
            }

            found = quote.ReportData;
        }

        ByteString expected = DeviceVerifier.ReportData(binding, claim.Gpus);
        return found == expected ? null : CollateralGatherer.Refuse(new RefusalReason(Ait.Attestation.Refusal.ReportDataMismatch, "report data", $"{expected}", $"{found}"));
    }

    /// <summary>With the vendors' collateral, down to the last signature.</summary>
    private async Task<(EnrolmentResponse? Enrolment, Refusal? Refusal)> JudgeBoundAsync(EnrolmentClaim claim, byte[] bound, CancellationToken cancellation)
    {
        (DeviceEvidence? evidence, Refusal? refusal) = await _collateral.GatherAsync(claim, cancellation);
        if (evidence is null)
        {
            return (null, refusal);
        }

        // Which programs may register is the registry's to say, and it is asked below with what the evidence says.
        ImmutableArray<TrustProfile> profiles = await _chain.ReadProfilesAsync(claim.DeviceClass, cancellation);
        DevicePolicy policy = DevicePolicy.For(new ByteString(bound), ProgramRule.Where(static _ => true), profiles) with { MaximumVmpl = HighestVmpl };
        DateTimeOffset now = _clock.GetUtcNow();
        Verdict verdict = DeviceVerifier.Verify(evidence, _roots, policy, now, _certificates);
        if (verdict is Verdict.Refused refused)
        {
            return (null, CollateralGatherer.Refuse(refused.Reason));
        }

        var facts = (DeviceFacts)((Verdict.Genuine)verdict).Facts; // what this verifier's genuine verdicts hold
        VerifiedDevice device = facts.Devices[0];
        refusal = CheckIdentity(claim, device) ?? await CheckProgramAsync(device, cancellation);
        foreach (NvidiaEvidence gpu in evidence.Gpus)
        {
            refusal ??= await _collateral.AskIssuersAsync(gpu, cancellation);
        }

        DateTimeOffset end = facts.ExpiresAt < now + s_validity ? facts.ExpiresAt : now + s_validity;
        return refusal is not null
            ? (null, refusal)
            : (new EnrolmentResponse(
                claim.GpuId, claim.DeviceClass, claim.Operator, Keccak256.Hash(device.ChipId.Span), claim.EnclaveKey,
                new EvidenceVerdict(device.Profile.ToString(), claim.Platform, facts.Summary, (ulong)now.ToUnixTimeSeconds(), (ulong)end.ToUnixTimeSeconds())), null);
    }

    /// <summary>The GPU is the one named, by the rules of the registry, and of the class named.</summary>
    private static Refusal? CheckIdentity(EnrolmentClaim claim, VerifiedDevice device)
    {
        Hash256 found = device.DeviceKey is { } key ? GpuIdentity.OfDeviceKey(key.Span)
            : claim.Platform == EnrolmentClaim.SevSnp ? GpuIdentity.OnMeasuredHost(device.ChipId.Span, claim.GpuUuid)
            : GpuIdentity.OnIntelHost(device.ChipId.Span, claim.GpuUuid);
        return device.Gpu is { } gpu && (claim.DeviceClass, gpu.Chip) != (DeviceClass.H100, H100Chip)
            ? new Refusal(ProblemCodes.EvidenceRefused, "The GPU is not of the class claimed.", $"{claim.DeviceClass}", gpu.Chip, "Claim the class that the GPU is of.")
            : claim.GpuId == found
            ? null
            : new Refusal(ProblemCodes.EvidenceRefused, "The evidence is of another GPU.", $"{claim.GpuId}", $"{found}", "Name the GPU that the evidence is of.");
    }

    private async Task<Refusal?> CheckProgramAsync(VerifiedDevice device, CancellationToken cancellation)
    {
        Hash256 program = Keccak256.Hash(device.Program.Span);
        return await _chain.IsMeasurementAllowedAsync(program, cancellation)
            ? null
            : new Refusal(
                ProblemCodes.EvidenceRefused, "The evidence is refused: MeasurementNotAllowed (503), the program is not one that may register.", "a program on the registry's list", $"{program}",
                "Start a released guest image, or let the governance admit this one.");
    }
}
