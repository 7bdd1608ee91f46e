using System.Collections.Immutable;
using Ait.Miner.Collecting;

namespace Ait.Miner.Diagnosing;

/// <summary>What this machine shows of itself; nothing of it is proven.</summary>
/// <param name="Interface">The interface to processor evidence; null where there is none.</param>
/// <param name="Provider">The kernel's name of the TEE behind configfs-tsm; null where that is not the interface or does not tell.</param>
/// <param name="ProviderProblem">Why it does not tell.</param>
/// <param name="Marks">Signs of TEEs that are there and out of reach.</param>
/// <param name="Gpus">Every GPU that a driver shows.</param>
/// <param name="DriverProblems">What each vendor's library lacks, in a sentence.</param>
internal sealed record MachineFacts(
    EvidenceChoice? Interface,
    string? Provider,
    EvidenceOutcome.Failed? ProviderProblem,
    MachineMarks Marks,
    ImmutableArray<GpuFacts> Gpus,
    ImmutableArray<string> DriverProblems)
{
    private const int MaxProcessorText = 1024 * 1024;

    public static MachineFacts Read(IKernelFiles files, ISevGuestDevice sevGuest, IEnumerable<IGpuDriver> drivers)
    {
        EvidenceChoice? found = new EvidenceInterfaces(files, sevGuest).Detect();
        EvidenceOutcome.Failed? problem = null;
        string? provider = found == EvidenceChoice.Configfs ? new ConfigfsReport(files).FindProvider(out problem) : null;
        ImmutableArray<GpuFacts>.Builder gpus = ImmutableArray.CreateBuilder<GpuFacts>();
        ImmutableArray<string>.Builder problems = ImmutableArray.CreateBuilder<string>();
        foreach (IGpuDriver driver in drivers)
        {
            gpus.AddRange(driver.List(out string? missing));
            if (missing is not null)
            {
                problems.Add(missing);
            }
        }

        return new MachineFacts(found, provider, problem, ReadMarks(files), gpus.ToImmutable(), problems.ToImmutable());
    }

    private static MachineMarks ReadMarks(IKernelFiles files)
    {
        HashSet<string> flags = ReadProcessorFlags(files);
        MachineMarks marks = MachineMarks.None;
        marks |= flags.Contains("tdx_guest") || files.FileExists("/dev/tdx_guest") ? MachineMarks.TdxGuest : 0;
        marks |= flags.Contains("hypervisor") && flags.Contains("sev_snp") ? MachineMarks.SnpGuest : 0;
        marks |= files.FileExists("/dev/sev") ? MachineMarks.SnpHost : 0;
        marks |= files.FileExists("/dev/sgx_enclave") ? MachineMarks.Sgx : 0;
        return marks;
    }

    private static HashSet<string> ReadProcessorFlags(IKernelFiles files)
    {
        try
        {
            string text = System.Text.Encoding.UTF8.GetString(files.Read("/proc/cpuinfo", MaxProcessorText));
            string? line = text.Split('\n').FirstOrDefault(candidate => candidate.StartsWith("flags", StringComparison.Ordinal));
            return line is null ? [] : [.. line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        }
        catch (Exception exception) when (KernelFailures.IsExpected(exception))
        {
            return [];
        }
    }
}
