using System.Collections.Immutable;
using System.Globalization;
using Ait.Miner.Collecting;
using Ait.Protocol;

namespace Ait.Miner.Diagnosing;

/// <summary>Says what the machine can prove, what is missing and what to do. Decides from facts alone.</summary>
internal static class MachineFindings
{
    private const double Gibibyte = 1024.0 * 1024 * 1024;

    /// <summary>The processor's TEE, each GPU, and the profile of each GPU.</summary>
    public static IEnumerable<Finding> All(MachineFacts machine)
    {
        Finding tee = Tee(machine);
        yield return tee;
        foreach (Finding gpu in Gpus(machine))
        {
            yield return gpu;
        }

        EvidencePlatform? platform = Platform(machine);
        foreach (GpuFacts gpu in machine.Gpus)
        {
            yield return platform is { } known
                ? TrustProfile.Of(known, gpu.DeviceClass, gpu.Confidential, gpu.UuidText)
                : Finding.Bad("profile", $"{gpu.UuidText} cannot register: nothing here signs for the machine it is in.", tee.Remedy ?? "Run inside a TEE.");
        }
    }

    public static Finding Tee(MachineFacts machine) => (machine.Interface, machine.Provider) switch
    {
        (EvidenceChoice.Gramine, _) => Finding.Good("tee", "an SGX enclave under Gramine: it signs quotes of this program (MRENCLAVE)."),
        (EvidenceChoice.Configfs, ConfigfsReport.SnpProvider) => Finding.Good("tee", "an AMD SEV-SNP guest: the processor signs reports of its launch, through configfs-tsm."),
        (EvidenceChoice.Configfs, ConfigfsReport.TdxProvider) => Finding.Good("tee", "an Intel TDX trust domain: the platform signs quotes of its launch, through configfs-tsm."),
        (EvidenceChoice.Configfs, null) => Finding.Bad("tee", machine.ProviderProblem?.Problem ?? "configfs-tsm does not name its TEE.", machine.ProviderProblem?.Remedy ?? "Load sev-guest or tdx-guest."),
        (EvidenceChoice.Configfs, string other) => Finding.Bad("tee", $"the kernel's TEE is {other}, which this network does not verify.", "Mine on an AMD SEV-SNP or Intel TDX guest."),
        (EvidenceChoice.SevGuest, _) => Finding.Good("tee", "an AMD SEV-SNP guest: the processor signs reports of its launch, through /dev/sev-guest."),
        _ => NoInterface(machine.Marks),
    };

    public static IEnumerable<Finding> Gpus(MachineFacts machine)
    {
        foreach (GpuFacts gpu in machine.Gpus)
        {
            string size = (gpu.MemoryBytes / Gibibyte).ToString("0", CultureInfo.InvariantCulture);
            string vbios = gpu.VbiosVersion.Length > 0 ? $", VBIOS {gpu.VbiosVersion}" : string.Empty;
            yield return Finding.Good("gpu", $"{gpu.UuidText} {gpu.Name}, {size} GiB, driver {gpu.DriverVersion}{vbios}, confidential computing {Describe(gpu.Confidential)}.");
        }

        if (machine.Gpus.IsEmpty)
        {
            yield return Finding.Doubtful("gpu", $"no GPU is shown ({string.Join(" ", machine.DriverProblems)})", "Pass the GPU through to this guest and install its vendor's driver and management library.");
        }
    }

    /// <summary>The GPU that the settings name; null if no driver shows it.</summary>
    public static GpuFacts? Find(MachineFacts machine, ImmutableArray<byte> uuid) =>
        machine.Gpus.FirstOrDefault(gpu => gpu.Uuid.AsSpan().SequenceEqual(uuid.AsSpan()));

    /// <summary>Whether the driver agrees with the settings about the GPU.</summary>
    public static Finding Chosen(MachineFacts machine, ImmutableArray<byte> uuid, DeviceClass deviceClass)
    {
        string name = new Guid(uuid.AsSpan(), bigEndian: true).ToString();
        return Find(machine, uuid) switch
        {
            null => Finding.Bad("gpu", $"no driver shows GPU {name}.", "Correct --gpu-uuid (nvidia-smi -L or amd-smi list tell it), or pass that GPU through to this guest."),
            GpuFacts gpu when gpu.DeviceClass != deviceClass => Finding.Bad("gpu", $"GPU {name} is {gpu.Name}; expected class {deviceClass}.", "Correct --class or --gpu-uuid."),
            GpuFacts gpu => Finding.Good("gpu", $"GPU {name} is {gpu.Name}, as --class says."),
        };
    }

    private static EvidencePlatform? Platform(MachineFacts machine) => (machine.Interface, machine.Provider) switch
    {
        (EvidenceChoice.Gramine, _) => EvidencePlatform.Sgx,
        (EvidenceChoice.Configfs, ConfigfsReport.SnpProvider) or (EvidenceChoice.SevGuest, _) => EvidencePlatform.SevSnp,
        (EvidenceChoice.Configfs, ConfigfsReport.TdxProvider) => EvidencePlatform.Tdx,
        _ => null,
    };

    private static Finding NoInterface(MachineMarks marks) => marks switch
    {
        _ when marks.HasFlag(MachineMarks.TdxGuest) => Finding.Bad("tee", "an Intel TDX trust domain whose kernel offers no configfs-tsm.", "Use a guest kernel of 6.7 or newer with CONFIG_TSM_REPORTS, load tdx-guest, and mount configfs."),
        _ when marks.HasFlag(MachineMarks.SnpGuest) => Finding.Bad("tee", "an AMD SEV-SNP guest whose kernel offers neither configfs-tsm nor /dev/sev-guest.", "Load the sev-guest driver (modprobe sev-guest)."),
        _ when marks.HasFlag(MachineMarks.SnpHost) => Finding.Bad("tee", "a host of SEV guests, not a guest: nothing signs for programs outside a TEE.", "Start an SEV-SNP guest with the GPU passed through, and mine inside it."),
        _ when marks.HasFlag(MachineMarks.Sgx) => Finding.Bad("tee", "SGX is there, and this program runs outside an enclave.", "Start the miner with gramine-sgx, for the lowest profile; or mine inside an SEV-SNP or TDX guest."),
        _ => Finding.Bad("tee", "no TEE: neither SEV-SNP, TDX nor SGX shows.", "Mine inside an SEV-SNP or TDX guest; see docs/operate.md."),
    };

    private static string Describe(ConfidentialMode mode) => mode switch
    {
        ConfidentialMode.On => "on",
        ConfidentialMode.Off => "off",
        ConfidentialMode.DeveloperTools => "on with developer tools",
        ConfidentialMode.ProtectedPcie => "as protected PCIe",
        _ => "not offered",
    };
}
