namespace Ait.Engine;

/// <summary>Upper bounds on every input. An input beyond a bound is refused before memory is taken for it.</summary>
public static class EngineLimits
{
    /// <summary>Every inner dimension is a multiple of this.</summary>
    public const int Granule = 16;

    /// <summary>Largest model dimension.</summary>
    public const int MaxDimension = 16_384;

    /// <summary>Largest number of layers.</summary>
    public const int MaxLayers = 256;

    /// <summary>Largest number of query heads.</summary>
    public const int MaxHeads = 256;

    /// <summary>Largest head dimension.</summary>
    public const int MaxHeadDimension = 512;

    /// <summary>Largest inner dimension of a linear layer: 131071 products of 127 · 127 still fit an int32.</summary>
    public const int MaxInnerDimension = 131_056;

    /// <summary>Largest vocabulary.</summary>
    public const int MaxVocabulary = 1_048_576;

    /// <summary>Largest context, in tokens.</summary>
    public const int MaxContext = 1_048_576;

    /// <summary>Default bound on the parameters of a model that is generated or loaded.</summary>
    public const long DefaultMaxParameters = 2_000_000_000;

    /// <summary>Most stop tokens in one request.</summary>
    public const int MaxStopTokens = 64;

    /// <summary>Most stop sequences in one request.</summary>
    public const int MaxStopSequences = 16;

    /// <summary>Most bytes of one stop sequence.</summary>
    public const int MaxStopSequenceBytes = 256;

    /// <summary>Most requests in one call.</summary>
    public const int MaxRequests = 65_536;

    /// <summary>Most worker threads.</summary>
    public const int MaxThreads = 256;

    /// <summary>Most sequences in one step.</summary>
    public const int MaxBatch = 1_024;

    /// <summary>Most prompt tokens of one sequence in one step.</summary>
    public const int MaxPrefillChunk = 8_192;

    /// <summary>Most parameters of a model in an artifact.</summary>
    public const long MaxParameters = 200_000_000_000;

    /// <summary>Most bytes of config.json and the small files beside it.</summary>
    public const int MaxConfigBytes = 1 << 20;

    /// <summary>Most bytes of an index of shards.</summary>
    public const int MaxIndexBytes = 16 << 20;

    /// <summary>Most bytes of a safetensors header.</summary>
    public const int MaxTensorHeaderBytes = 32 << 20;

    /// <summary>Most tensors of a checkpoint, and most in one file.</summary>
    public const int MaxTensors = 65_536;

    /// <summary>Most files that a checkpoint is sharded into.</summary>
    public const int MaxShards = 1_024;

    /// <summary>Most bytes of tokenizer.json.</summary>
    public const int MaxTokenizerBytes = 64 << 20;

    /// <summary>Most bytes of a chat template.</summary>
    public const int MaxTemplateBytes = 64 << 10;

    /// <summary>Most bytes of a text to encode.</summary>
    public const int MaxTextBytes = 16 << 20;

    /// <summary>Most parameters of a model that is trained, whole or frozen under adapters.</summary>
    public const long MaxTrainedParameters = 100_000_000;

    /// <summary>Highest rank of an adapter.</summary>
    public const int MaxAdapterRank = 256;

    /// <summary>Most positions in a window of training.</summary>
    public const int MaxTrainingLength = 4_096;

    /// <summary>Most windows in a step of training.</summary>
    public const int MaxTrainingBatch = 4_096;

    /// <summary>Most steps of a training run.</summary>
    public const int MaxTrainingSteps = 10_000_000;

    /// <summary>Most steps of a chunk of training.</summary>
    public const int MaxChunkSteps = 10_000;

    /// <summary>Most tokens of training data.</summary>
    public const int MaxTrainingTokens = 1 << 27;
}
