namespace Ait.Engine;

/// <summary>Why a generation ended. The numbers are part of the transcript encoding: fixed, and never reused.</summary>
public enum FinishReason
{
    /// <summary>Not a reason; never in a transcript.</summary>
    None = 0,

    /// <summary>A stop token was generated.</summary>
    Stop = 1,

    /// <summary>The number of new tokens was reached.</summary>
    Length = 2,

    /// <summary>The request does not fit the model; nothing was run.</summary>
    Refused = 3,

    /// <summary>The arithmetic left its range while the model ran. Every processor ends at the same step.</summary>
    Fault = 4,
}
