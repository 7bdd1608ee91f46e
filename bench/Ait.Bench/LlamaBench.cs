using System.Diagnostics;
using System.Globalization;

namespace Ait.Bench;

/// <summary>
/// Runs llama.cpp's llama-bench as a process. Its processor time for one and for several repetitions is measured from outside;
/// the difference is that of the repetitions alone, without loading and warming up.
/// </summary>
internal sealed class LlamaBench(string program, string model)
{
    private const int Repetitions = 3;

    /// <summary>Seconds of processor time per token.</summary>
    public double SecondsPerToken(int promptTokens, int newTokens, int threads)
    {
        double one = Run(promptTokens, newTokens, threads, 1);
        double several = Run(promptTokens, newTokens, threads, 1 + Repetitions);
        return (several - one) / (Repetitions * (promptTokens + newTokens));
    }

    private double Run(int promptTokens, int newTokens, int threads, int repetitions)
    {
        string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
        string[] arguments = ["-m", model, "-p", Number(promptTokens), "-n", Number(newTokens), "-t", Number(threads), "-r", Number(repetitions), "-o", "json"];
        double before = ChildrenTime.Seconds();
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })
            ?? throw new InvalidOperationException($"{program} did not start.");
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 && output.Contains("avg_ts", StringComparison.Ordinal)
            ? ChildrenTime.Seconds() - before
            : throw new InvalidOperationException($"{program} ended with code {process.ExitCode} and no result.");
    }
}
