using Ait.Chain;
using Ait.Coordinator.Admitting;
using Ait.Coordinator.OnChain;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Enrolling;

/// <summary>Who may speak for a device: the chain decides, this only compares.</summary>
internal static class Enrolment
{
    /// <summary>Whether the signer is the live enclave key of the device. Null means yes.</summary>
    internal static Refusal? JudgeSigner(Device? device, Hash256 gpuId, Address signer, ulong now)
    {
        if (device is null)
        {
            return new Refusal(
                ProblemCodes.DeviceNotEligible, "This GPU is not a registered device.", "a registered device", gpuId.ToString(),
                "Register it with the DeviceRegistry first; its transaction must be mined.");
        }

        if (device.ResumableAt != 0)
        {
            return new Refusal(
                ProblemCodes.DeviceNotEligible, "This device is suspended for its absences.", "a live device", $"suspended at block {device.RevokedBlock}",
                $"Keep its miner running: it proves its life from {device.ResumableAt} (unix seconds) on, which ends the suspension.");
        }

        if (device.RevokedBlock != 0)
        {
            return new Refusal(
                ProblemCodes.DeviceNotEligible, "This device was revoked or retired.", "a live device", $"revoked at block {device.RevokedBlock}",
                "Register a retired device again; for a revoked one ask the governor.");
        }

        if (device.ValidUntil <= now)
        {
            return new Refusal(
                ProblemCodes.DeviceNotEligible, "The device's evidence has expired.", $"validity after {now}", $"{device.ValidUntil}",
                "Refresh the device with fresh evidence.");
        }

        return device.EnclaveKey == signer
            ? null
            : new Refusal(
                ProblemCodes.NotAuthorized, "The signer is not the device's enclave key.", device.EnclaveKey.ToString(), signer.ToString(),
                "Sign with the registered enclave key; after a restart refresh the device with the new key.");
    }

    /// <summary>
    /// Whether a device may be enrolled for its operator. One that is on the roster for it already may: the draw knows no probation, and
    /// whoever it names is not passed over. Null means yes.
    /// </summary>
    /// <param name="standing">The operator's; null if the network has no operator bond.</param>
    /// <param name="account">The operator.</param>
    /// <param name="registered">The device as the registry has it; null if it has none.</param>
    /// <param name="now">Unix seconds.</param>
    internal static Refusal? JudgeStanding(OperatorStanding? standing, Address account, Device? registered, ulong now) =>
        standing is null or { IsGood: true } || (registered is not null && registered.IsLive(now) && registered.Operator == account)
            ? null
            : standing.ProbationUntil > now
                ? new Refusal(
                    ProblemCodes.OperatorNotInGoodStanding, "The operator was slashed and is on probation.", "no probation", $"{account} until {standing.ProbationUntil} (unix seconds)",
                    "Enrol this device when the probation is over; devices that are registered already keep their seats. `ait bond show` says until when.")
                : new Refusal(
                    ProblemCodes.OperatorNotInGoodStanding, "The operator's bond is too small.", $"{Ledger.Wei.Text(standing.LeastBond)} wei of AIT that are not asked back", $"less, of {account}",
                    "Put up the difference with `ait bond deposit AMOUNT`, and enrol again.");

    /// <summary>Whether a verdict may take the place of the one before: while that counts, the GPU stays with its operator and its host, and a key with its GPU. Null means yes.</summary>
    /// <param name="next">The new verdict.</param>
    /// <param name="former">The verdict on the same GPU; null if there is none.</param>
    /// <param name="ofKey">A verdict that counts now, on another GPU under the same key; null if there is none.</param>
    internal static Refusal? JudgeSuccession(EnrolmentResponse next, EnrolmentResponse? former, EnrolmentResponse? ofKey)
    {
        bool counts = former is not null && former.Verdict.ValidUntil > next.Verdict.VerifiedAt;
        return former switch
        {
            _ when ofKey is not null => new Refusal(
                ProblemCodes.EvidenceRefused, "This enclave key is bound to another GPU already.", ofKey.GpuId.ToString(), next.GpuId.ToString(), "Use one enclave key per GPU."),
            not null when counts && former.HostChip != next.HostChip => new Refusal(
                ProblemCodes.EvidenceRefused, "This GPU is enrolled on another host.", former.HostChip.ToString(), next.HostChip.ToString(),
                $"A GPU that has moved enrols again when its verdict has run out, at {former.Verdict.ValidUntil} (unix seconds)."),
            not null when counts && former.Operator != next.Operator => new Refusal(
                ProblemCodes.EvidenceRefused, "This GPU is enrolled for another operator.", former.Operator.ToString(), next.Operator.ToString(),
                $"A GPU that has changed hands enrols again when its verdict has run out, at {former.Verdict.ValidUntil} (unix seconds)."),
            _ => null,
        };
    }

    /// <summary>Whether this coordinator has verified evidence that is bound to the signer and still counts. Null means yes.</summary>
    internal static Refusal? JudgeEvidence(EnrolmentResponse? enrolment, Address signer, ulong now)
    {
        const string Remedy = "Bring fresh evidence with POST /v1/enrolments.";
        return enrolment switch
        {
            null => new Refusal(ProblemCodes.EvidenceMissing, "This coordinator has seen no evidence of the device.", "verified evidence", "none", Remedy),
            _ when enrolment.EnclaveKey != signer => new Refusal(
                ProblemCodes.EvidenceMissing, "The evidence this coordinator has verified is bound to another key.", enrolment.EnclaveKey.ToString(), signer.ToString(), Remedy),
            _ when enrolment.Verdict.ValidUntil <= now => new Refusal(
                ProblemCodes.EvidenceMissing, "The evidence this coordinator has verified counts no longer.", $"validity after {now}", $"{enrolment.Verdict.ValidUntil}", Remedy),
            _ => null,
        };
    }
}
