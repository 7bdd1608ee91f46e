namespace Ait.Engine.Gpu;

/// <summary>The driver or the compiler of a GPU reported an error that no input of the engine causes.</summary>
public sealed class GpuException : Exception
{
    /// <summary>Says what was done and what the driver answered.</summary>
    public GpuException(string message)
        : base(message)
    {
    }
}
