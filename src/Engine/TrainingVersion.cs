namespace Ait.Engine;

/// <summary>
/// The name of the arithmetic of training: the forward pass is <see cref="EngineVersion"/>'s, this name covers what training adds.
/// A changed bit is a new name, never an edit.
/// </summary>
public static class TrainingVersion
{
    /// <summary>The version that goes into every recipe, checkpoint and result of training.</summary>
    public const string Id = "X8t0";
}
