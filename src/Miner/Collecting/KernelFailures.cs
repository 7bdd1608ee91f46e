namespace Ait.Miner.Collecting;

/// <summary>Says what a file of the kernel refused.</summary>
internal static class KernelFailures
{
    public static EvidenceOutcome.Failed Of(Exception exception, string path) => exception is UnauthorizedAccessException
        ? new(EvidenceFailure.NotPermitted, $"{path} may not be used by this account: {exception.Message}", $"Run the miner as an account that may open {path}, for example through a udev rule or group.")
        : new(EvidenceFailure.HardwareRefused, $"{path} refuses: {exception.Message}", "Look at the kernel log (dmesg) for the reason the platform gives.");

    public static bool IsExpected(Exception exception) => exception is IOException or UnauthorizedAccessException;
}
