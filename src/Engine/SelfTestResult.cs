namespace Ait.Engine;

/// <summary>What the self-test found.</summary>
public abstract record SelfTestResult
{
    private SelfTestResult()
    {
    }

    /// <summary>This machine computes the arithmetic.</summary>
    /// <param name="Backend">The backend that <see cref="Backend.Auto"/> stands for.</param>
    public sealed record Passed(Backend Backend) : SelfTestResult;

    /// <summary>A thread of this process does not follow the floating-point rules.</summary>
    /// <param name="Fault">Which rule, in words.</param>
    public sealed record FloatingPointModeChanged(string Fault) : SelfTestResult;

    /// <summary>A backend yields another result than the definition. This machine must not execute tasks with it.</summary>
    /// <param name="Backend">The backend.</param>
    /// <param name="Expected">The result hash of the conformance vector.</param>
    /// <param name="Found">The result hash that was computed.</param>
    public sealed record ResultDiffers(Backend Backend, Digest Expected, Digest Found) : SelfTestResult;
}
