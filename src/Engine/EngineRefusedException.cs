namespace Ait.Engine;

/// <summary>Thrown by the convenience forms that have no refusal in their result.</summary>
public sealed class EngineRefusedException : Exception
{
    /// <summary>Wraps a refusal.</summary>
    public EngineRefusedException(EngineRefusal refusal)
        : base(refusal?.ToString()) => Refusal = refusal ?? throw new ArgumentNullException(nameof(refusal));

    /// <summary>What was refused.</summary>
    public EngineRefusal Refusal { get; }
}
