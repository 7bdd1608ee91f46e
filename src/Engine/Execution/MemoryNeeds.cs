namespace Ait.Engine.Execution;

/// <summary>What a run will take, asked before anything is taken.</summary>
internal static class MemoryNeeds
{
    /// <summary>
    /// The bytes that are left for pages of cache once the buffers of a step are taken, and a refusal if one of the buffers fits
    /// no array, or the longest sequence not the pages.
    /// </summary>
    public static (long CacheBytes, EngineRefusal? Refusal) Check(ModelConfig config, EngineOptions options, long pageBytes, int rows, int batch, int positions)
    {
        long widest = Math.Max(Math.Max(config.Dimension, config.QueryWidth), config.FeedForward);
        long hidden = 2L * config.Dimension;
        long projections = (2L * config.QueryWidth) + (2L * config.KeyValueWidth) + (2L * config.FeedForward) + config.Heads;
        long row = ((hidden + projections) * sizeof(float)) + (widest * (sizeof(short) + 1)) + (config.QueryWidth * sizeof(short));
        long logits = 2L * (config.Vocabulary + 15) * sizeof(float);
        long tables = (positions + 15L) * ((config.HeadDimension * sizeof(float)) + (options.Threads * sizeof(int)));
        long buffers = (batch * logits) + (rows * row) + tables;
        long total = buffers + (PagePool.PagesFor(positions) * pageBytes);
        if (total > options.MaxMemoryBytes)
        {
            return (0, EngineRefusal.Range(EngineRefusalCode.MemoryExceeded, "bytes of caches and buffers", 0, options.MaxMemoryBytes, total));
        }

        long largest = Math.Max(Math.Max(pageBytes, rows * widest * sizeof(float)), Math.Max(batch * logits, tables));
        long limit = Array.MaxLength - 4096;
        return largest <= limit
            ? (options.MaxMemoryBytes - buffers, null)
            : (0, EngineRefusal.Range(EngineRefusalCode.MemoryExceeded, "bytes of one buffer", 0, limit, largest));
    }
}
