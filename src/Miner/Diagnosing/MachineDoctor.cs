using Ait.Miner.Collecting;
using Ait.Miner.Configuring;
using Ait.Miner.Reporting;
using Ait.Miner.Running;

namespace Ait.Miner.Diagnosing;

/// <summary>The doctor without a network: what this machine could prove to any.</summary>
internal static class MachineDoctor
{
    public static MachineFacts ReadThisMachine() =>
        MachineFacts.Read(KernelFiles.OfThisMachine, new SevGuestDevice(), [new NvidiaDriver(), new AmdDriver()]);

    public static int Run(MachineFacts machine, IReporter reporter)
    {
        bool healthy = true;
        foreach (Finding finding in MachineFindings.All(machine))
        {
            healthy &= finding.Severity != Severity.Error;
            reporter.Report(finding.ToEvent());
        }

        string options = string.Join(", ", Options.All.Where(option => option.Required).Select(option => option.Flag));
        reporter.Report(Finding.Good("network", $"not looked at; with {options} the doctor checks registration, too.").ToEvent());
        return healthy ? ExitCode.Done : ExitCode.Refused;
    }
}
