using Ait.Miner.Collecting;
using Ait.Protocol;

namespace Ait.Miner.Diagnosing;

/// <summary>Under which trust profile a GPU of this machine can register, by what signs for it.</summary>
internal static class TrustProfile
{
    public const string AttestedGpu = "attested GPU";
    public const string MeasuredHost = "measured host";
    public const string SgxKeyedHost = "SGX-keyed host";

    /// <summary>What the evidence of this platform and this GPU add up to.</summary>
    public static Finding Of(EvidencePlatform platform, DeviceClass deviceClass, ConfidentialMode mode, string gpu)
    {
        string tee = platform switch
        {
            EvidencePlatform.SevSnp => "SEV-SNP",
            EvidencePlatform.Tdx => "TDX",
            _ => "SGX",
        };
        if (deviceClass == DeviceClass.None)
        {
            return Finding.Doubtful("profile", $"{gpu} is of no class that this network pays.", $"Use one of {string.Join(", ", DeviceClasses.All)}.");
        }

        if (platform == EvidencePlatform.Sgx)
        {
            return Finding.Good("profile", $"{gpu} can register as {deviceClass} under the profile {SgxKeyedHost}, the lowest: the enclave holds the key and cannot drive the GPU, which stays outside and proves nothing itself.");
        }

        if (!GpuClasses.SignsEvidence(deviceClass))
        {
            return Finding.Good("profile", $"{gpu} can register as {deviceClass} under the profile {MeasuredHost}: {tee} measures the program that reads the GPU's identity; {deviceClass} has no evidence of its own.");
        }

        return mode switch
        {
            ConfidentialMode.On => Finding.Good("profile", $"{gpu} can register as {deviceClass} under the profile {AttestedGpu}: {tee} and the GPU both sign, each naming the other."),
            ConfidentialMode.DeveloperTools => Finding.Bad("profile", $"{gpu} lets developer tools in, which no verifier accepts.", "Have the host's operator set confidential computing to on instead of devtools."),
            ConfidentialMode.ProtectedPcie => Finding.Bad("profile", $"{gpu} is in protected PCIe mode, where all GPUs and switches of the board are attested together.", "Have the host's operator set confidential computing to on, with one GPU per guest."),
            ConfidentialMode.Off => Finding.Doubtful("profile", $"{gpu} could sign evidence, and confidential computing is off: only {tee} speaks for it.", "Have the host's operator switch confidential computing on for this GPU and start the guest again."),
            _ => Finding.Doubtful("profile", $"{gpu} signs no evidence here: its driver offers no confidential computing.", "Use driver 550 or newer in the guest and a board whose firmware supports confidential computing."),
        };
    }
}
