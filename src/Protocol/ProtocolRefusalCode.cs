namespace Ait.Protocol;

/// <summary>The reasons for which this room refuses bytes; numbers are fixed.</summary>
public enum ProtocolRefusalCode
{
    /// <summary>Fewer bytes than the encoding needs.</summary>
    Truncated = 1,

    /// <summary>Bytes after the end of the encoding.</summary>
    TrailingBytes = 2,

    /// <summary>The encoding's first bytes name another kind of thing or another version.</summary>
    WrongMagic = 3,

    /// <summary>A value outside the limits that the type's documentation gives.</summary>
    OutOfRange = 4,

    /// <summary>A second encoding of a value that has exactly one.</summary>
    NotCanonical = 5,

    /// <summary>The signature is not by the expected key, or is malformed.</summary>
    SignatureInvalid = 6,

    /// <summary>The bytes speak of another task, workload, device or network than the one at hand.</summary>
    WrongSubject = 7,

    /// <summary>The receiver's clock is outside the time for which this is valid.</summary>
    StaleTimestamp = 8,

    /// <summary>A text that is not of the one form its type's documentation gives.</summary>
    WrongForm = 9,

    /// <summary>What was sealed does not open under the key at hand, or was changed.</summary>
    CannotBeOpened = 10,
}
