namespace Ait.Protocol;

/// <summary>Sets of devices whose results are equal bit for bit; seats of a task are drawn within one.</summary>
public enum DeterminismClass : byte
{
    /// <summary>The exact engine's arithmetic X8v0, on any processor.</summary>
    X8v0 = 1,
}
