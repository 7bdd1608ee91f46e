namespace Ait.Engine;

/// <summary>Why an input was refused. The numbers are part of the transcript encoding: fixed, and never reused; docs/refusals-engine.md lists them with remedies.</summary>
public enum EngineRefusalCode
{
    /// <summary>Nothing was refused.</summary>
    None = 0,

    /// <summary>The bytes end before the encoding does.</summary>
    Truncated = 1,

    /// <summary>Bytes follow the end of the encoding.</summary>
    TrailingBytes = 2,

    /// <summary>The encoding does not start with the expected mark.</summary>
    WrongMagic = 3,

    /// <summary>The arithmetic version is not the one this engine implements.</summary>
    UnknownVersion = 4,

    /// <summary>The tokenizer is not known.</summary>
    UnknownTokenizer = 5,

    /// <summary>A field of the encoding holds a value that has no meaning.</summary>
    MalformedField = 6,

    /// <summary>A dimension of the model is out of range or does not fit the others.</summary>
    ModelShape = 16,

    /// <summary>The model has more parameters than the caller allows.</summary>
    ModelTooLarge = 17,

    /// <summary>The weights are stored in an artifact and cannot be drawn.</summary>
    WeightsStored = 18,

    /// <summary>A file that belongs to a model is not there or cannot be read.</summary>
    FileUnreadable = 80,

    /// <summary>A file of a model does not follow its format.</summary>
    MalformedFile = 81,

    /// <summary>A file of a model is larger, deeper or holds more than is accepted.</summary>
    FileTooLarge = 82,

    /// <summary>The model has a part that this engine does not compute.</summary>
    ModelNotSupported = 83,

    /// <summary>A tensor is missing, is of another shape or type than the model needs, or is not known.</summary>
    TensorUnfit = 84,

    /// <summary>A weight is not finite or beyond the range of the arithmetic.</summary>
    WeightOutOfRange = 85,

    /// <summary>Stored weights or a stored tokenizer are not those that the descriptor names.</summary>
    DigestMismatch = 86,

    /// <summary>The tokenizer has a part that this engine does not carry out.</summary>
    TokenizerNotSupported = 87,

    /// <summary>Text is not valid UTF-8, or longer than accepted.</summary>
    TextInvalid = 88,

    /// <summary>The chat template has a part that this engine does not carry out, or it fails on the messages.</summary>
    TemplateFailed = 89,

    /// <summary>The prompt holds no token.</summary>
    PromptEmpty = 32,

    /// <summary>Prompt and new tokens together exceed the context of the model.</summary>
    ContextExceeded = 33,

    /// <summary>A token id is outside the vocabulary.</summary>
    TokenOutOfVocabulary = 34,

    /// <summary>The number of new tokens is out of range.</summary>
    NewTokensOutOfRange = 35,

    /// <summary>A sampling parameter is out of range.</summary>
    SamplingOutOfRange = 36,

    /// <summary>More stop tokens than allowed.</summary>
    TooManyStopTokens = 37,

    /// <summary>More requests than allowed in one call.</summary>
    TooManyRequests = 38,

    /// <summary>More stop sequences than allowed, or one that is empty or too long.</summary>
    StopSequenceOutOfRange = 39,

    /// <summary>An option of the run is out of range.</summary>
    OptionOutOfRange = 48,

    /// <summary>The processor or the runtime does not offer the requested instructions.</summary>
    BackendNotSupported = 49,

    /// <summary>Caches and buffers would take more memory than the run may use.</summary>
    MemoryExceeded = 50,

    /// <summary>A value left the range of the arithmetic (not finite, or above 2^40) while the model ran.</summary>
    NumericRange = 64,

    /// <summary>A number of a training recipe is out of range.</summary>
    RecipeOutOfRange = 96,

    /// <summary>Training does not carry out a part of the model, or the recipe contradicts itself.</summary>
    TrainingNotSupported = 97,

    /// <summary>Training data is not that of the recipe, is too short, or holds a token outside the vocabulary.</summary>
    TrainingDataUnfit = 98,

    /// <summary>A chunk lies outside its run, or has no parent where it needs one.</summary>
    ChunkOutOfRange = 99,

    /// <summary>The model is not the one that the recipe begins from.</summary>
    BaseModelUnfit = 100,

    /// <summary>A checkpoint is not the parent that the chunk names, or not of the recipe.</summary>
    CheckpointUnfit = 101,

    /// <summary>A number of a class challenge is out of range.</summary>
    ChallengeTermsOutOfRange = 112,

    /// <summary>The roots of a chain lead to another answer.</summary>
    ChainAnswerWrong = 113,

    /// <summary>An opening of a chain is not what its answer commits to.</summary>
    ChainOpeningWrong = 114,

    /// <summary>Opened products are not those of the chain.</summary>
    ChainProductWrong = 115,
}
