namespace Ait.Miner.Collecting;

/// <summary>Why no evidence could be collected. The numbers are fixed.</summary>
internal enum EvidenceFailure
{
    /// <summary>The program does not exist, is not executable, or the system refused to start it.</summary>
    NotStarted = 1,

    /// <summary>It did not finish within the limit and was killed.</summary>
    TimedOut = 2,

    /// <summary>It ended with another exit code than 0.</summary>
    ExitedWithError = 3,

    /// <summary>It printed more than the limit and was killed.</summary>
    OutputTooLarge = 4,

    /// <summary>Its output is not one JSON object.</summary>
    OutputNotJson = 5,

    /// <summary>A field is missing, is not hex, or has an impossible length.</summary>
    FieldInvalid = 6,

    /// <summary>The kernel or the driver offers no such interface here.</summary>
    InterfaceMissing = 7,

    /// <summary>The interface is there and this process may not use it.</summary>
    NotPermitted = 8,

    /// <summary>The kernel, the firmware or the driver refused the request.</summary>
    HardwareRefused = 9,

    /// <summary>Another user of the interface came between request and answer, each time.</summary>
    Contended = 10,

    /// <summary>The interface answered in a form that its specification does not have.</summary>
    AnswerMalformed = 11,
}
