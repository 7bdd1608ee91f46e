namespace Ait.Engine.Execution;

/// <summary>What a run will take, asked before anything is taken.</summary>
internal static class MemoryNeeds
{
    /// <summary>A refusal if caches and buffers do not fit the limit, or one of them no array; null otherwise.</summary>
    public static EngineRefusal? Check(ModelConfig config, EngineOptions options, int rows, int batch, int positions)
    {
        long heads = (long)config.Layers * config.KeyValueHeads;
        long capacity = (positions + 15L) / 16 * 16;
        long keys = heads * capacity * config.HeadDimension;
        long cache = 2 * (keys + (heads * capacity * sizeof(float)));

        long widest = Math.Max(Math.Max(config.Dimension, config.QueryWidth), config.FeedForward);
        long hidden = 2L * config.Dimension;
        long projections = (2L * config.QueryWidth) + (2L * config.KeyValueWidth) + (2L * config.FeedForward) + config.Heads;
        long row = ((hidden + projections) * sizeof(float)) + (widest * (sizeof(short) + 1)) + (config.QueryWidth * sizeof(short));
        long logits = 2L * (config.Vocabulary + 15) * sizeof(float);
        long tables = capacity * ((config.HeadDimension * sizeof(float)) + (options.Threads * sizeof(int)));
        long total = (batch * (cache + logits)) + (rows * row) + tables;
        if (total > options.MaxMemoryBytes)
        {
            return EngineRefusal.Range(EngineRefusalCode.MemoryExceeded, "bytes of caches and buffers", 0, options.MaxMemoryBytes, total);
        }

        long largest = Math.Max(Math.Max(keys, rows * widest * sizeof(float)), Math.Max(batch * logits, tables));
        long limit = Array.MaxLength - 4096;
        return largest <= limit ? null : EngineRefusal.Range(EngineRefusalCode.MemoryExceeded, "bytes of one buffer", 0, limit, largest);
    }
}
