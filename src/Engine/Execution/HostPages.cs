using Ait.Engine.Weights;

namespace Ait.Engine.Execution;

/// <summary>Pages of cache in the memory of the host, each as <see cref="HeadCache"/> says.</summary>
internal sealed unsafe class HostPages(ModelConfig config) : IPageMemory
{
    public long PageBytes { get; } = config.Layers * config.KeyValueHeads * HeadCache.Size(config.HeadDimension);

    public CachePage Create()
    {
        var memory = new AlignedBuffer<sbyte>(checked((int)PageBytes));
        return new CachePage((nint)memory.Pointer, memory);
    }
}
