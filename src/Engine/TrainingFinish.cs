namespace Ait.Engine;

/// <summary>How a chunk of training ended. The numbers are part of the outcome's encoding: fixed, and never reused.</summary>
public enum TrainingFinish
{
    /// <summary>Not an ending; never in an outcome.</summary>
    None = 0,

    /// <summary>Every step was done.</summary>
    Done = 1,

    /// <summary>Chunk, data, model or checkpoint do not fit the recipe; nothing was run.</summary>
    Refused = 3,

    /// <summary>The arithmetic left its range: training diverged. Every processor ends at the same step.</summary>
    Fault = 4,
}
