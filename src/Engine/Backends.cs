using System.Collections.Immutable;
using Ait.Engine.Execution;
using Ait.Engine.Scalar;

namespace Ait.Engine;

/// <summary>Which backends this processor and runtime offer.</summary>
public static class Backends
{
    /// <summary>The backends that can run here, slowest first.</summary>
    public static ImmutableArray<Backend> Supported { get; } = [Backend.Scalar];

    /// <summary>Whether the backend can run here; <see cref="Backend.Auto"/> always can.</summary>
    public static bool IsSupported(Backend backend) => backend == Backend.Auto || Supported.Contains(backend);

    /// <summary>The backend that runs when this one is asked for.</summary>
    public static Backend Resolve(Backend backend) => backend == Backend.Auto ? Supported[^1] : backend;

    internal static Kernels Create(Backend backend) => Resolve(backend) switch
    {
        Backend.Scalar => new ScalarKernels(),
        Backend other => throw new EngineRefusedException(
            new EngineRefusal(EngineRefusalCode.BackendNotSupported, "backend", string.Join(", ", Supported), $"{other}")),
    };
}
