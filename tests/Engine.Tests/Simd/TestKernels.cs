using Ait.Engine.Execution;
using Ait.Engine.Simd.Arm;

namespace Ait.Engine.Tests.Simd;

/// <summary>The kernels that run here: those of the processor, and Arm's around a model of its dot product.</summary>
internal static class TestKernels
{
    public const string SoftwareArm = "AdvSimd, software dot product";

    public static string[] Names { get; } = [.. Backends.OnProcessor.Select(backend => $"{backend}"), SoftwareArm];

    public static Kernels Create(string name) =>
        name == SoftwareArm ? new DotKernels<SoftwareDot>() : Backends.Create(Enum.Parse<Backend>(name));
}
