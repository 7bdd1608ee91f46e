namespace Ait.Engine.Execution;

/// <summary>The phases of a step, in the order of the first layer. Items are rows, heads of rows, or panels.</summary>
internal enum Phase
{
    Embed,
    NormInput,
    Projections,
    Position,
    Attention,
    QuantizeAttended,
    AttentionOutput,
    NormMiddle,
    GateUp,
    QuantizeGated,
    Down,
    AddDown,
    NormOutput,
    Pack,
    Output,
}
