namespace Ait.Engine;

/// <summary>
/// The name of the arithmetic. It covers everything that can change a result: number formats, the order of
/// operations, weight generation, sampling and the canonical encodings. A changed bit is a new name, never an edit.
/// </summary>
public static class EngineVersion
{
    /// <summary>The version that goes into every workload hash and every transcript.</summary>
    public const string Id = "X8v0";
}
