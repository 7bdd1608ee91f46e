using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Ait.Engine.Tests;

/// <summary>
/// Runs the vectors, and where several backends are left the hash matrix and the kernel tests, again in child processes
/// whose runtime is told to do without some instructions.
/// </summary>
public sealed class InstructionSetTests
{
    private const string Expectation = "AIT_TEST_EXPECTED_BACKENDS";

    [Fact]
    public void Supported_isWhatTheProcessorOffersAndTheParentProcessExpects()
    {
        Assert.Equal(Backend.Scalar, Backends.Supported[0]);
        Assert.Equal(Avx2.IsSupported, Backends.Supported.Contains(Backend.Avx2));
        Assert.Equal(Avx512BW.IsSupported, Backends.Supported.Contains(Backend.Avx512));
        Assert.Equal(Backends.Supported[^1], Backends.Resolve(Backend.Auto));
        string expected = Environment.GetEnvironmentVariable(Expectation) ?? string.Join(',', Backends.Supported);
        Assert.Equal(expected, string.Join(',', Backends.Supported));
    }

    [Theory]
    [InlineData("DOTNET_EnableAVX512", Architecture.X64, Backend.Avx512, Backend.Avx512Vnni)]
    [InlineData("DOTNET_EnableAVX2", Architecture.X64, Backend.Avx2, Backend.Avx512, Backend.Avx512Vnni)]
    [InlineData("DOTNET_EnableHWIntrinsic", Architecture.X64, Backend.Avx2, Backend.Avx512, Backend.Avx512Vnni)]
    [InlineData("DOTNET_EnableArm64Dp", Architecture.Arm64, Backend.AdvSimd)]
    public async Task Suite_passesWithoutTheInstructions(string variable, Architecture architecture, params Backend[] missing)
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable(Expectation) is not null, "Already in a child process.");
        Assert.SkipWhen(RuntimeInformation.ProcessArchitecture != architecture, $"Instructions of {architecture}; this is {RuntimeInformation.ProcessArchitecture}.");
        string expected = string.Join(',', Backends.Supported.Except(missing));
        (int exitCode, string output) = await RunAsync(variable, expected, TestContext.Current.CancellationToken);
        Assert.True(exitCode == 0, $"{variable}=0: exit code {exitCode}\n{output}");
        Assert.Contains("failed: 0", output, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string variable, string expected, CancellationToken cancellation)
    {
        ProcessStartInfo start = ChildProcess.OfThisAssembly();
        start.ArgumentList.Add("--no-progress");
        start.ArgumentList.Add("--no-ansi");
        // With the definition alone there is nothing to compare in process; the vectors were made by another one.
        Type[] suites = expected == nameof(Backend.Scalar)
            ? [typeof(ConformanceVectorTests), typeof(InstructionSetTests)]
            : [typeof(ConformanceVectorTests), typeof(InstructionSetTests), typeof(HashMatrixTests), typeof(Simd.KernelsTests)];
        foreach (Type suite in suites)
        {
            start.ArgumentList.Add("--filter-class");
            start.ArgumentList.Add(suite.FullName!); // A top-level class has a full name.
        }

        start.Environment[variable] = "0";
        start.Environment[Expectation] = expected;
        return await ChildProcess.RunAsync(start, cancellation);
    }
}
