using System.Diagnostics;
using System.Globalization;
using Ait.Engine.Execution;

namespace Ait.Engine.Tests.Execution;

/// <summary>Switches a thread's mode the way a native library would, and sees whether the engine notices.</summary>
public sealed class FloatingPointModeTests
{
    [Fact]
    public void Fault_isNothingOnAnOrdinaryThread() => Assert.Null(FloatingPointMode.Fault());

    [Theory]
    [InlineData(0x8000u, "FTZ")]
    [InlineData(0x0040u, "DAZ")]
    [InlineData(0x2000u, "rounding")]
    [InlineData(0x4000u, "rounding")]
    [InlineData(0x6000u, "rounding")]
    public async Task Fault_tellsWhatWasChanged(uint bits, string word)
    {
        string[] told = await InModeAsync(bits);
        Assert.Contains(word, told[0], StringComparison.Ordinal);
        Assert.Equal(nameof(InvalidOperationException), told[1]);
    }

    [Fact]
    public async Task Fault_isNothingIfTheModeIsWrittenUnchanged() =>
        Assert.Equal([ChangedModeProcess.Nothing, ChangedModeProcess.Nothing], await InModeAsync(0));

    private static async Task<string[]> InModeAsync(uint bits)
    {
        ProcessStartInfo start = ChildProcess.OfThisAssembly();
        start.Environment[ChangedModeProcess.Bits] = bits.ToString(CultureInfo.InvariantCulture);
        (int exitCode, string output) = await ChildProcess.RunAsync(start, TestContext.Current.CancellationToken);
        Assert.SkipWhen(exitCode == ChangedModeProcess.NotChanged, "This system forbids executable memory, so the mode cannot be changed here.");
        Assert.True(exitCode == 0, $"exit code {exitCode}\n{output}");
        string[] told = output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, told.Length);
        return told;
    }
}
