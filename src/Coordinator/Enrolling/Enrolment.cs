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
}
