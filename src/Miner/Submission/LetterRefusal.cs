namespace Ait.Miner.Submission;

/// <summary>Why a seat letter is not worked on. The numbers are fixed.</summary>
internal enum LetterRefusal
{
    /// <summary>The letter's bytes are not of the agreed form.</summary>
    Malformed = 1,

    /// <summary>The coordinator named by the contract did not sign this letter for this network.</summary>
    SignatureInvalid = 2,

    /// <summary>It is addressed to another GPU.</summary>
    OtherDevice = 3,

    /// <summary>The workload's bytes are not of the agreed form.</summary>
    WorkloadMalformed = 4,

    /// <summary>The workload is not the one that the task commits to.</summary>
    WorkloadMismatch = 5,

    /// <summary>The task's determinism class is not this engine's.</summary>
    DeterminismClassUnknown = 6,

    /// <summary>The workload asks for another arithmetic than this engine's.</summary>
    EngineVersionUnknown = 7,

    /// <summary>The time for a commitment has passed.</summary>
    TooLate = 8,

    /// <summary>The coordinator does not offer the model, or offers other bytes under its digest.</summary>
    ModelUnavailable = 9,

    /// <summary>The workload needs more memory than this machine gives the engine.</summary>
    TooLargeForThisMachine = 10,

    /// <summary>The holder of a confidential prompt's content key did not release it to this seat in time.</summary>
    KeyNotReleased = 11,

    /// <summary>What the holder released does not open the prompt, or what is inside is not what the workload says.</summary>
    PromptUnreadable = 12,
}
